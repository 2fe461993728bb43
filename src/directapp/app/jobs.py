"""The jobs of the product: those of the domains, and what the platform does again and again for itself."""

from collections.abc import Sequence
from datetime import time
from functools import partial

from directapp.domains.cars import jobs as car_jobs
from directapp.domains.maintenance import jobs as maintenance_jobs
from directapp.domains.messages.sign_in_letters import sign_in_jobs
from directapp.domains.own_fields import jobs as own_field_jobs
from directapp.domains.people import jobs as people_jobs
from directapp.domains.people.flow import Auth
from directapp.domains.people.links import send_invite, send_reset, send_second_factor_reset
from directapp.domains.planning import jobs as planning_jobs
from directapp.domains.privacy import jobs as privacy_jobs
from directapp.domains.vehicles import jobs as vehicle_jobs
from directapp.kernel.text import _
from directapp.services.encryption import Encryption
from directapp.services.jobs import Daily, Every, Job, JobRun, Schedule
from directapp.services.pipeline import Pipeline
from directapp.services.schedules import forget
from directapp.services.seal import seal_all
from directapp.services.unused_files import UnusedFiles
from directapp.store.schema import keep_partitions

REACTOR = "workflow"


def jobs(auth: Auth) -> Sequence[Job]:
    """Return the jobs of sign-in letters, of planning and of maintenance."""
    letters = (partial(send, auth) for send in (send_reset, send_second_factor_reset))
    return (*sign_in_jobs(partial(send_invite, auth), *letters), *planning_jobs.JOBS, *maintenance_jobs.JOBS)


def schedules(pipeline: Pipeline, owner: str, unused: UnusedFiles, encryption: Encryption) -> Sequence[Schedule]:
    """Return what is done again and again; ``owner`` is the address of the database's owner."""

    async def seal_audit(job: JobRun) -> None:
        await seal_all(pipeline.database, job.tenant)

    async def make_room(_: JobRun) -> None:
        await keep_partitions(owner, pipeline.clock())

    async def forget_old(job: JobRun) -> None:
        await forget(pipeline, job.tenant)

    async def reseal(job: JobRun) -> None:
        await encryption.reseal(job.tenant)

    async def drop_unused(job: JobRun) -> None:
        await unused.sweep(job.tenant)

    return (
        *car_jobs.schedules(REACTOR),
        Schedule(
            name="seal the audit",
            label=_("Seal the history"),
            when=Every(900),
            run=seal_audit,
        ),
        Schedule(
            name="forget",
            label=_("Tidy up old answers and events"),
            when=Every(3600),
            run=forget_old,
        ),
        *planning_jobs.schedules(REACTOR),
        *people_jobs.SCHEDULES,
        *privacy_jobs.SCHEDULES,
        *vehicle_jobs.SCHEDULES,
        *maintenance_jobs.SCHEDULES,
        *own_field_jobs.SCHEDULES,
        Schedule(
            name="delete unused files",
            label=_("Delete the bytes of files that are gone"),
            when=Daily(time(2, 40)),
            run=drop_unused,
        ),
        Schedule(
            name="seal with the newest key",
            label=_("Encrypt anew what an older key encrypted"),
            when=Daily(time(3, 20)),
            run=reseal,
        ),
        Schedule(
            name="make room for the audit",
            label=_("Make room for the history"),
            when=Every(86_400),
            run=make_room,
            tenants=False,
        ),
    )
