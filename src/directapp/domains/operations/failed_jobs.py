"""Failed jobs: dead letters. Retried, a job runs with the same key and without what it has behind it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from directapp.declare.access import Access, Grant
from directapp.declare.case import Case
from directapp.declare.collection import Collection, Views
from directapp.declare.fields import Group, choices, field
from directapp.declare.kinds import Kind
from directapp.declare.names import Values
from directapp.declare.verbs import Verb
from directapp.domains.operations.fields import FailedJobs
from directapp.domains.people.roles import ADMIN
from directapp.kernel.errors import Problem
from directapp.kernel.text import _, pgettext
from directapp.services.command import CommandContext
from directapp.services.jobs import DeadLetter
from directapp.services.seen import Seen

NAME = "failed_jobs"
STATES = choices(("failed", _("Failed")), ("retried", _("Tried again")), ("dropped", _("Dropped")))
KINDS = choices(("job", pgettext("kind of job", "Job")), ("event_handler", _("Event handler")))
_MOST_AT_ONCE = 1000

WHAT = Group(
    "what",
    _("Job"),
    (
        field(FailedJobs.job, _("Job"), required=True, max_length=120, search=True, computed=True),
        field(FailedJobs.kind, _("Kind"), Kind.CHOICE, choices=KINDS, computed=True),
        field(FailedJobs.outcome, _("State"), Kind.CHOICE, choices=STATES, default="failed", computed=True),
        field(FailedJobs.error, pgettext("of a failure", "Reason"), Kind.TEXT, max_length=500, computed=True),
        field(FailedJobs.attempts, _("Attempts"), Kind.INTEGER, computed=True),
        field(FailedJobs.asked_at, pgettext("job", "Asked for"), Kind.INSTANT, computed=True),
        field(FailedJobs.collection, _("About"), max_length=60, computed=True),
        field(FailedJobs.record, _("Record"), max_length=36, computed=True),
        field(FailedJobs.note, _("Why dropped"), Kind.TEXT, max_length=500, computed=True),
    ),
)
# Only the worker reads it: it may name people.
CARGO = Group(
    "cargo",
    _("Content"),
    (field(FailedJobs.payload, _("Content"), Kind.JSON, computed=True, personal="customer"),),
)


async def keep(ctx: CommandContext, letter: DeadLetter) -> None:
    """Keep a dead letter."""
    job = letter.job
    brought: Mapping[str, Any] = job["payload"].get("_job") or {}
    trail = {
        "key": str(brought.get("key") or job["id"]),
        "passed": sorted({*brought.get("passed", ()), *job["passed"]}),
    }
    values: Values = {
        FailedJobs.job: job["event"],
        FailedJobs.kind: letter.kind,
        FailedJobs.outcome: "failed",
        FailedJobs.error: letter.reason,
        FailedJobs.attempts: job["attempts"],
        FailedJobs.asked_at: job["at"].isoformat(),
        FailedJobs.collection: job["collection"],
        FailedJobs.record: str(job["record"]),
        FailedJobs.payload: {**job["payload"], "_job": trail},
    }
    await ctx.create(NAME, values)


def _open(case: Case) -> Problem | None:
    if case.get(FailedJobs.outcome) == "failed":
        return None
    return Problem(_("The job has been dealt with."), code="CONFLICT")


async def _again(ctx: CommandContext, letter: Seen) -> None:
    kept = await ctx.look_up(NAME, letter.id, system="jobs")
    row = kept.row
    ctx.work.emitting.again(
        row[FailedJobs.job],
        row[FailedJobs.collection] or "",
        UUID(row[FailedJobs.record]),
        dict(row[FailedJobs.payload] or {}),
    )
    await ctx.change({FailedJobs.outcome: "retried"}, system="jobs", on=kept)


async def retry(ctx: CommandContext) -> None:
    """Try one again."""
    await _again(ctx, ctx.target)


async def retry_all(ctx: CommandContext) -> None:
    """Try all of them again."""
    for letter in await ctx.find(NAME, {FailedJobs.outcome: "failed"}, system="jobs", limit=_MOST_AT_ONCE):
        await _again(ctx, letter)


async def drop(ctx: CommandContext) -> None:
    """Leave one undone, and say why."""
    await ctx.change({FailedJobs.outcome: "dropped", FailedJobs.note: ctx.params["note"]}, system="jobs")


FAILED_JOBS = Collection(
    name=NAME,
    label=_("Failed job"),
    plural=_("Failed jobs"),
    groups=(WHAT, CARGO),
    access=Access(
        systems=("jobs", "demo"),
        grants=(Grant(role=ADMIN, read=("what",), verbs=("retry", "retry_all", "drop")),),
    ),
    views=Views(
        columns=(
            FailedJobs.created_at,
            FailedJobs.job,
            FailedJobs.error,
            FailedJobs.attempts,
            FailedJobs.outcome,
            FailedJobs.asked_at,
        ),
        title=(FailedJobs.job,),
        filters=(FailedJobs.outcome, FailedJobs.job, FailedJobs.kind),
        icon="alert-triangle",
    ),
    verbs=(
        Verb(name="retry", label=_("Try again"), run=retry, blocked=_open, icon="refresh"),
        Verb(
            name="drop",
            label=_("Drop"),
            run=drop,
            blocked=_open,
            params=(field("note", pgettext("what is written down", "Why"), Kind.TEXT, required=True, max_length=500),),
            icon="x",
            danger=True,
        ),
        Verb(
            name="retry_all",
            label=_("Try all again"),
            run=retry_all,
            on="collection",
            icon="refresh",
        ),
    ),
    indexes=(("outcome", "created_at"),),
    notes="Written by the worker when the attempts of a job are used up.",
)
