"""A small world to prove the pipeline with: sites, people and jobs, declared like any other collection."""

from uuid import UUID

import asyncpg

from directapp.declare.access import Access, Grant
from directapp.declare.case import Case, Consequence, One
from directapp.declare.collection import Collection, Unique, Views
from directapp.declare.events import event
from directapp.declare.fields import Group, choices, field
from directapp.declare.kinds import Kind
from directapp.declare.rules import Everything, Is, Not, SeenInFull, Who, all_of, either
from directapp.declare.spec import Spec
from directapp.declare.verbs import Verb
from directapp.declare.workflow import Fact, Step, Workflow, state
from directapp.kernel.actor import Actor
from directapp.kernel.clock import utc_now
from directapp.kernel.errors import Problem
from directapp.kernel.ids import uuid7
from directapp.services.command import CommandContext
from directapp.store.schema import apply_policies, make_partitions, table_statements
from directapp.store.tables import build_metadata
from support.text import bilingual

ADMIN = Grant(role="tenant_admin", write=("*",), create=True)

SITES = Collection(
    name="sites",
    label=bilingual("Sted", "Site"),
    plural=bilingual("Steder", "Sites"),
    groups=(
        Group(
            "public",
            bilingual("Offentlig", "Public"),
            (field("name", bilingual("Navn", "Name"), required=True, search=True),),
        ),
    ),
    access=Access(grants=(ADMIN, Grant(role="seller"), Grant(role="doer")), systems=("demo",)),
    views=Views(columns=("name",), title=("name",)),
)
USERS = Collection(
    name="users",
    label=bilingual("Bruker", "User"),
    plural=bilingual("Brukere", "Users"),
    groups=(
        Group(
            "public",
            bilingual("Offentlig", "Public"),
            (
                field("name", bilingual("Navn", "Name"), required=True),
                field("site", bilingual("Sted", "Site"), Kind.REF, ref="sites"),
            ),
        ),
        Group(
            "hidden", bilingual("Skjult", "Hidden"), (field("password", bilingual("Passord", "Password"), secret=True),)
        ),
    ),
    access=Access(grants=(ADMIN, Grant(role="seller", read=("public",)), Grant(role="doer")), systems=("demo",)),
    views=Views(columns=("name",), title=("name",)),
)

STARTED = event("job.started", "jobs", bilingual("Jobb startet", "Job started"))


def _started(case: Case) -> bool:
    return case.get("started_at") is not None


def _done(case: Case) -> bool:
    return case.get("done_at") is not None


def _has_note(case: Case) -> Problem | None:
    return None if case.get("note") else Problem(bilingual("Notat mangler.", "A note is missing."), field="note")


def _replay(case: Case) -> str:
    return "done" if _done(case) else "started" if _started(case) else "new"


FLOW = Workflow(
    states=(
        state("new", bilingual("Ny", "New"), "steel"),
        state("started", bilingual("Startet", "Started"), "violet"),
        state("done", bilingual("Ferdig", "Done"), "grey", locked=True),
        state("shelved", bilingual("Lagt bort", "Shelved"), "grey", locked=True),
    ),
    steps=(
        Step(origins=("new",), to="started", when=_started, fact="started_at", event=STARTED),
        Step(origins=("started",), to="done", when=_done, fact="done_at", guards=(_has_note,)),
        Step(origins=("new", "started"), to="shelved"),
    ),
    replay=_replay,
    initial="new",
    entries=("new",),
    facts=(
        Fact(
            field="started_at",
            states=("new",),
            clears=("started",),
            refusal=bilingual("Er alt {state}.", "Is {state}."),
        ),
        Fact(
            field="done_at", states=("started",), refusal=bilingual("Ikke startet ({state}).", "Not started ({state}).")
        ),
    ),
    unlocked=frozenset({"cost"}),
)


async def shelve(ctx: CommandContext) -> None:
    """Put a job away."""
    await ctx.move("shelved", {"note": ctx.params["why"]}, system="custodian")


async def hand_over(ctx: CommandContext) -> None:
    """Move a job to another site, out of the giver's sight."""
    await ctx.change({"site": ctx.params["to"]}, system="custodian")


def _no_bad_words(case: Case) -> list[Problem]:
    return [Problem(bilingual("Stygt.", "Rude."), field="title")] if "rude" in (case.get("title") or "") else []


def _count_lines(case: Case) -> list[Consequence]:
    if case.get("job") is None:
        return []
    return [Consequence(collection="jobs", system="workflow", target=case.get("job"), patch={"lines": 1})]


JOBS = Collection(
    name="jobs",
    label=bilingual("Jobb", "Job"),
    plural=bilingual("Jobber", "Jobs"),
    groups=(
        Group(
            "basic",
            bilingual("Grunnlag", "Basics"),
            (
                field("title", bilingual("Tittel", "Title"), required=True, search=True),
                field("code", bilingual("Kode", "Code"), search=True),
                field("site", bilingual("Sted", "Site"), Kind.REF, ref="sites", default=lambda c: c.actor.site),
                field(
                    "kind",
                    bilingual("Slag", "Kind"),
                    Kind.CHOICE,
                    choices=choices(("a", bilingual("A", "A")), ("b", bilingual("B", "B"))),
                ),
                field("in_bank", bilingual("I bank", "In bank"), Kind.BOOLEAN, default=False),
                field("customer", bilingual("Kunde", "Customer")),
                field("note", bilingual("Notat", "Note"), Kind.TEXT),
            ),
        ),
        Group(
            "work",
            bilingual("Arbeid", "Work"),
            (
                field("doer", bilingual("Utfører", "Doer"), Kind.REF, ref="users", on_delete="set_null"),
                field("started_at", bilingual("Startet", "Started"), Kind.INSTANT, fact=True),
                field("done_at", bilingual("Ferdig", "Done"), Kind.INSTANT, fact=True),
                field("due", bilingual("Frist", "Due"), Kind.DATE),
            ),
        ),
        Group("cost", bilingual("Kostnad", "Cost"), (field("cost", bilingual("Kostnad", "Cost"), Kind.MONEY),)),
        Group(
            "system",
            bilingual("System", "System"),
            (
                field("status", bilingual("Status", "Status"), Kind.CHOICE, computed=True),
                field("lines", bilingual("Linjer", "Lines"), Kind.INTEGER, computed=True, default=0),
            ),
        ),
    ),
    access=Access(
        grants=(
            Grant(role="tenant_admin", write=("*",), create=True, delete=True, states=("new",), verbs=("shelve",)),
            Grant(
                role="seller",
                rows=Is("site", Who.SITE),
                read=("basic", "work", "system"),
                write=("basic",),
                states=("new", "started"),
                create=True,
                verbs=("shelve", "hand_over"),
            ),
            Grant(
                role="seller",
                rows=all_of(Is("in_bank", value=True), Not(Is("site", Who.SITE))),
                read=("title", "code", "status", "in_bank"),
                full=False,
            ),
            Grant(
                role="doer",
                rows=Is("doer", Who.USER),
                read=("basic", "work", "system"),
                write=("work", "note"),
                states=("new", "started"),
            ),
            Grant(role="finance", read=("title", "cost", "system"), write=("cost",)),
        ),
        systems=("custodian", "workflow", "demo"),
        delete_why=bilingual("Kladder kan slettes.", "Drafts may be deleted."),
    ),
    views=Views(columns=("title", "status"), title=("title",), sort=("-updated_at",)),
    workflow=FLOW,
    verbs=(
        Verb(
            name="shelve",
            to="shelved",
            label=bilingual("Legg bort", "Shelve"),
            run=shelve,
            params=(field("why", bilingual("Grunn", "Why"), required=True),),
            states=("new", "started"),
        ),
        Verb(
            name="hand_over",
            label=bilingual("Overlever", "Hand over"),
            run=hand_over,
            params=(field("to", bilingual("Til", "To"), Kind.REF, ref="sites", required=True),),
        ),
    ),
    rules=(_no_bad_words,),
    related=(One("home", "site", "sites"),),
    unique=(
        Unique(
            fields=("code",),
            where=Not(Is("status", "shelved")),
            message=bilingual("Koden er i bruk.", "The code is in use."),
        ),
    ),
)
LINES = Collection(
    name="lines",
    label=bilingual("Linje", "Line"),
    plural=bilingual("Linjer", "Lines"),
    groups=(
        Group(
            "all",
            bilingual("Alt", "All"),
            (
                field("job", bilingual("Jobb", "Job"), Kind.REF, ref="jobs", required=True, on_delete="cascade"),
                field("text", bilingual("Tekst", "Text")),
            ),
        ),
    ),
    access=Access(
        grants=(
            Grant(
                role="seller",
                rows=SeenInFull("job", "jobs"),
                edit=all_of(SeenInFull("job", "jobs"), Is("created_by", Who.USER)),
                write=("all",),
                create=True,
            ),
            Grant(role="doer", rows=either(SeenInFull("job", "jobs"))),
            Grant(role="tenant_admin", rows=Everything(), write=("*",), create=True),
        )
    ),
    views=Views(columns=("text",), title=("text",)),
    consequences=(_count_lines,),
)
SPEC = Spec((SITES, USERS, JOBS, LINES), (STARTED,))


def person(tenant: UUID, role: str, site: UUID | None, user: UUID | None = None) -> Actor:
    """Return an actor of a role at a site."""
    sites = frozenset({site} if site else ())
    return Actor(tenant=tenant, user=user or uuid7(), name=role, roles=frozenset(role.split()), site=site, sites=sites)


async def lay_out(dsn: str) -> None:
    """Make the small world's tables and policies in an empty database."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(";\n".join(table_statements(build_metadata(SPEC))))
        await make_partitions(connection, utc_now())
        await apply_policies(connection, SPEC)
    finally:
        await connection.close()
