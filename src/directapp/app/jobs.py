"""The jobs of the product: errands with what they need of the outside, and what is done again and again."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import time
from uuid import UUID

from directapp.app.post import later
from directapp.connectors.addresses import AddressRefusedError
from directapp.connectors.resend import MailBusyError, MailQuotaError, MailRefusedError, MailRejectedError
from directapp.domains import planning
from directapp.domains.cars.handlers import archive_due
from directapp.domains.messages.returned import not_invited
from directapp.domains.messages.sending import SYSTEM as MESSENGER
from directapp.domains.people.events import RESET_ASKED, USER_INVITED
from directapp.domains.people.flow import Auth
from directapp.domains.people.links import send_invite, send_reset
from directapp.domains.people.purge import purge_spent
from directapp.domains.planning.events import OUTLOOK_ASKED, PLAN_ASKED
from directapp.kernel.text import Text
from directapp.services.jobs import Daily, Errand, Every, GiveUpError, Job, Schedule, sweep, sweep_all
from directapp.services.pipeline import Pipeline
from directapp.services.recounting import recount
from directapp.services.schedules import forget
from directapp.services.seal import seal_all
from directapp.services.unused_files import UnusedFiles
from directapp.store.schema import keep_partitions

REACTOR = "workflow"
SIGNIN = "signin"
# So many are deleted in one transaction: short ones hold nobody up.
_AT_A_TIME = 200


@contextmanager
def _patiently() -> Iterator[None]:
    """Try again later, and as often as it takes, where the mail service takes no letters now."""
    try:
        yield
    except (MailQuotaError, MailBusyError, MailRefusedError) as error:
        raise later(error) from error


def errands(auth: Auth) -> Sequence[Errand]:
    """Return the errands that events ask for."""

    async def invite(job: Job) -> None:
        user = UUID(job.payload["user"])
        try:
            with _patiently():
                await send_invite(auth, job.tenant, user)
        except (AddressRefusedError, MailRejectedError) as error:
            why = error.problems[0].message
            async with job.act(MESSENGER) as act:
                await not_invited(act, user, why, gone=error.gone)
            raise GiveUpError(why.both) from error

    async def reset(job: Job) -> None:
        with _patiently():
            await send_reset(auth, job.tenant, UUID(job.payload["user"]), str(job.payload["asker"]))

    return (
        Errand(event=RESET_ASKED, run=reset),
        Errand(event=USER_INVITED, run=invite),
        Errand(
            event=PLAN_ASKED,
            run=planning.propose,
            attempts=3,
            at_once=1,
            seconds=120,
        ),
        Errand(
            event=OUTLOOK_ASKED,
            run=planning.work_out,
            together=planning.TOGETHER,
            at_once=1,
            seconds=120,
        ),
    )


def schedules(pipeline: Pipeline, owner: str, unused: UnusedFiles) -> Sequence[Schedule]:
    """Return what is done again and again; ``owner`` is the address of the database's owner."""

    async def seal_audit(job: Job) -> None:
        await seal_all(pipeline.database, job.tenant)

    async def make_room(_: Job) -> None:
        await keep_partitions(owner, pipeline.clock())

    async def forget_old(job: Job) -> None:
        await forget(pipeline, job.tenant)

    async def drop_unused(job: Job) -> None:
        await unused.sweep(job.tenant)

    async def purge_signin(job: Job) -> None:
        done = _AT_A_TIME
        while done == _AT_A_TIME:
            async with job.act(SIGNIN) as act:
                done = await purge_spent(act, limit=_AT_A_TIME)

    return (
        Schedule(
            name="archive delivered cars",
            label=Text("Arkiver leverte biler", "Archive delivered cars"),
            when=Every(600),
            run=sweep_all(archive_due, REACTOR),
        ),
        Schedule(
            name="seal the audit",
            label=Text("Forsegle historikken", "Seal the history"),
            when=Every(900),
            run=seal_audit,
        ),
        Schedule(
            name="forget",
            label=Text("Rydd i gamle svar og hendelser", "Tidy up old answers and events"),
            when=Every(3600),
            run=forget_old,
        ),
        *_of_planning(),
        Schedule(
            name="purge sign-ins",
            label=Text("Slett utløpte innlogginger og lenker", "Delete sign-ins and links that ran out"),
            when=Daily(time(2, 30)),
            run=purge_signin,
        ),
        Schedule(
            name="delete unused files",
            label=Text("Slett bytene til filer som er borte", "Delete the bytes of files that are gone"),
            when=Daily(time(2, 40)),
            run=drop_unused,
        ),
        Schedule(
            name="make room for the audit",
            label=Text("Gjør plass til historikken", "Make room for the history"),
            when=Every(86_400),
            run=make_room,
            tenants=False,
        ),
    )


def _of_planning() -> Sequence[Schedule]:
    async def recount_bookings(job: Job) -> None:
        await recount(job, planning.SYSTEM)

    return (
        Schedule(
            name="recount bookings",
            label=Text("Tell bookede timer på nytt", "Count booked hours anew"),
            when=Daily(time(2, 10)),
            run=recount_bookings,
            attempts=1,
        ),
        Schedule(
            name="free closed cars",
            label=Text("Frigi tid til leverte og arkiverte biler", "Free the time of delivered and archived cars"),
            when=Daily(time(2, 20)),
            run=sweep(planning.free_closed, REACTOR),
        ),
        Schedule(
            name="work out outlooks",
            label=Text("Regn ut når biler i klargjøring er klare", "Work out when cars in preparation are ready"),
            when=Every(3600),
            run=planning.by_the_clock(coming=False),
            seconds=3000,
        ),
        Schedule(
            name="work out all outlooks",
            label=Text("Regn ut når alle biler er klare", "Work out when all cars are ready"),
            when=Daily(time(3, 40)),
            run=planning.by_the_clock(coming=True),
            seconds=7200,
        ),
    )
