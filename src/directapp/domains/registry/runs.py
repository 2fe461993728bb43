"""Enrichment: each night's run, what came of every car, and what was reminded of."""

from datetime import timedelta
from typing import Any

from directapp.declare.access import Access, Grant
from directapp.declare.collection import Collection, Unique, Views
from directapp.declare.fields import Field, Group, choices, field
from directapp.declare.kinds import Kind
from directapp.declare.names import Values
from directapp.declare.rules import Is, SeenInFull
from directapp.declare.verbs import Verb
from directapp.domains.cars.fields import CARS
from directapp.domains.people.fields import USERS
from directapp.domains.registry.answers import KINDS, REGISTRAR
from directapp.domains.registry.events import ENRICH
from directapp.domains.registry.fields import EnrichmentLogs, EnrichmentRuns, InspectionReminders
from directapp.kernel.clock import oslo_day
from directapp.kernel.errors import ConflictError
from directapp.kernel.text import Text, _, pgettext
from directapp.services.command import CommandContext

RUNS, LOGS, REMINDERS = "enrichment_runs", "enrichment_logs", "inspection_reminders"
_LEFT_BEHIND = timedelta(hours=4)

RESULTS = choices(
    ("filled", _("Filled")),
    ("not_found", _("Not found")),
    ("failed", _("Failed")),
    ("skipped", _("Skipped")),
)
REASONS = choices(
    ("nothing_missing", _("The registry knew no more")),
    ("another_car", _("The answer was about another car")),
    ("unreadable", _("The number cannot be looked up")),
    ("refused", _("The car did not take the value")),
    ("moved_on", _("The car has been delivered or archived")),
    ("down", _("The registry did not answer")),
)
STOPS = choices(
    ("quota", _("The day’s look-ups are used up")),
    ("failures", _("Too many failures in a row")),
    ("refused", _("The registry did not accept the key")),
    ("not_set_up", _("Look-ups are not set up")),
    ("most", _("The limit of the night is reached")),
)
_RUNNING = _("An enrichment is running already.")


def _count(name: str, label: Text) -> Field:
    return field(name, label, Kind.INTEGER, default=0, minimum=0, computed=True)


async def goes_on(ctx: CommandContext) -> bool:
    """Whether a run goes on; one that nobody has worked at for hours was left behind, and is ended here."""
    running = await ctx.find(RUNS, {EnrichmentRuns.status: "running"}, system=REGISTRAR, limit=1)
    if running and running[0].row[EnrichmentRuns.updated_at] < ctx.now - _LEFT_BEHIND:
        ended: Values = {
            EnrichmentRuns.status: "stopped",
            EnrichmentRuns.stopped_by: "failures",
            EnrichmentRuns.finished_at: ctx.now,
        }
        await ctx.change(ended, system=REGISTRAR, on=running[0])
        return False
    return bool(running)


async def run_now(ctx: CommandContext) -> None:
    """Start an enrichment without waiting for the night; one runs at a time."""
    if await goes_on(ctx):
        raise ConflictError(_RUNNING)
    values: dict[str, Any] = {
        EnrichmentRuns.trigger: "person",
        EnrichmentRuns.night: oslo_day(ctx.now),
        EnrichmentRuns.asked_by: ctx.actor.user,
    }
    run = await ctx.create(RUNS, values, system=REGISTRAR)
    ctx.emit(ENRICH, on=run)
    ctx.answer = run


RUN_NOW = Verb(
    name="run_now",
    label=_("Fill in now"),
    run=run_now,
    on="collection",
    icon="player-play",
    primary=True,
)

ENRICHMENT_RUNS = Collection(
    name=RUNS,
    label=_("Registry enrichment"),
    plural=_("Vehicle registry"),
    groups=(
        Group(
            "course",
            pgettext("how it goes", "Course"),
            (
                field(EnrichmentRuns.night, _("Night of"), Kind.DATE, required=True, immutable=True),
                field(
                    EnrichmentRuns.trigger,
                    _("Started by"),
                    Kind.CHOICE,
                    required=True,
                    immutable=True,
                    choices=choices(("night", _("The night job")), ("person", _("A person"))),
                ),
                field(EnrichmentRuns.asked_by, _("Asked for by"), Kind.REF, ref=USERS, on_delete="set_null"),
                field(
                    EnrichmentRuns.status,
                    _("Status"),
                    Kind.CHOICE,
                    default="running",
                    choices=choices(
                        ("running", _("Running")),
                        ("finished", _("Finished")),
                        ("stopped", _("Stopped")),
                    ),
                ),
                field(EnrichmentRuns.stopped_by, _("Why it stopped"), Kind.CHOICE, choices=STOPS),
                field(EnrichmentRuns.started_at, _("Started"), Kind.INSTANT, default=lambda case: case.now),
                field(EnrichmentRuns.finished_at, _("Finished"), Kind.INSTANT),
            ),
        ),
        Group(
            "figures",
            _("Figures"),
            (
                _count(EnrichmentRuns.cars_asked, _("Cars asked for")),
                _count(EnrichmentRuns.filled, _("Filled")),
                _count(EnrichmentRuns.not_found, _("Not found")),
                _count(EnrichmentRuns.failed, _("Failed")),
                _count(EnrichmentRuns.skipped, _("Skipped")),
                _count(EnrichmentRuns.fields_empty, _("Empty fields")),
                _count(EnrichmentRuns.fields_filled, _("Fields filled")),
                _count(EnrichmentRuns.failures_in_row, _("Failures in a row")),
            ),
        ),
    ),
    access=Access(grants=(Grant(role="tenant_admin", verbs=("run_now",)),), systems=(REGISTRAR, "demo")),
    views=Views(
        columns=(
            EnrichmentRuns.started_at,
            EnrichmentRuns.night,
            EnrichmentRuns.trigger,
            EnrichmentRuns.status,
            EnrichmentRuns.filled,
            EnrichmentRuns.not_found,
            EnrichmentRuns.failed,
            EnrichmentRuns.skipped,
        ),
        title=(EnrichmentRuns.night,),
        sort=("-started_at",),
        filters=(EnrichmentRuns.status, EnrichmentRuns.trigger),
        icon="database",
    ),
    verbs=(RUN_NOW,),
    unique=(
        Unique(
            fields=(EnrichmentRuns.night,),
            message=_("This night has been run already."),
            where=Is(EnrichmentRuns.trigger, "night"),
        ),
        Unique(fields=(EnrichmentRuns.status,), message=_RUNNING, where=Is(EnrichmentRuns.status, "running")),
    ),
    history=False,
)

ENRICHMENT_LOGS = Collection(
    name=LOGS,
    label=_("Registry look-up"),
    plural=_("Registry look-ups"),
    groups=(
        Group(
            "all",
            _("Look-up"),
            (
                field(EnrichmentLogs.run, _("Enrichment"), Kind.REF, ref=RUNS, on_delete="cascade", required=True),
                field(EnrichmentLogs.car, _("Car"), Kind.REF, ref=CARS, on_delete="cascade", required=True),
                field(EnrichmentLogs.asked_by, pgettext("means", "Asked by"), Kind.CHOICE, choices=KINDS),
                field(EnrichmentLogs.result, _("Result"), Kind.CHOICE, choices=RESULTS, required=True),
                field(EnrichmentLogs.reason, _("Reason"), Kind.CHOICE, choices=REASONS),
                field(EnrichmentLogs.fields, _("Fields filled"), Kind.JSON, form={"type": "array"}),
                _count(EnrichmentLogs.fields_empty, _("Empty fields")),
                field(EnrichmentLogs.at, _("Time"), Kind.INSTANT, required=True, default=lambda case: case.now),
                field(EnrichmentLogs.message, _("Message"), Kind.TEXT, max_length=500),
            ),
        ),
    ),
    access=Access(
        grants=(
            Grant(role="tenant_admin"),
            Grant(role="manager", rows=SeenInFull("car", CARS)),
        ),
        systems=(REGISTRAR, "demo"),
    ),
    views=Views(
        columns=(
            EnrichmentLogs.at,
            EnrichmentLogs.car,
            EnrichmentLogs.result,
            EnrichmentLogs.reason,
            EnrichmentLogs.asked_by,
            EnrichmentLogs.message,
        ),
        title=(EnrichmentLogs.at,),
        sort=("-at",),
        filters=(EnrichmentLogs.result, EnrichmentLogs.reason, EnrichmentLogs.run),
        icon="database",
    ),
    indexes=(("car", "at"), ("run", "result")),
    history=False,
)

INSPECTION_REMINDERS = Collection(
    name=REMINDERS,
    label=_("Periodic inspection reminder"),
    plural=_("Periodic inspection reminders"),
    groups=(
        Group(
            "all",
            _("Reminder"),
            (
                field(
                    InspectionReminders.car,
                    _("Car"),
                    Kind.REF,
                    ref=CARS,
                    on_delete="cascade",
                    required=True,
                    immutable=True,
                ),
                field(InspectionReminders.due, _("Due"), Kind.DATE, required=True, immutable=True),
            ),
        ),
    ),
    access=Access(grants=(), systems=(REGISTRAR, "demo")),
    views=Views(columns=(InspectionReminders.car, InspectionReminders.due), title=(InspectionReminders.due,)),
    unique=(Unique(fields=(InspectionReminders.car, InspectionReminders.due), message=_("It has been told already.")),),
    exposed=False,
    history=False,
)
