"""Enrichment: each night's run, what came of every car, and what was reminded of."""

from datetime import timedelta
from typing import Any

from directapp.declare.access import Access, Grant
from directapp.declare.collection import Collection, Unique, Views
from directapp.declare.fields import Field, Group, choices, field
from directapp.declare.kinds import Kind
from directapp.declare.rules import Is, SeenInFull
from directapp.declare.verbs import Verb
from directapp.domains.cars.fields import CARS
from directapp.domains.people.fields import USERS
from directapp.domains.registry.answers import KINDS, REGISTRAR
from directapp.domains.registry.events import ENRICH
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
    running = await ctx.find(RUNS, system=REGISTRAR, status="running", limit=1)
    if running and running[0].row["updated_at"] < ctx.now - _LEFT_BEHIND:
        ended = {"status": "stopped", "stopped_by": "failures", "finished_at": ctx.now}
        await ctx.change(ended, system=REGISTRAR, on=running[0])
        return False
    return bool(running)


async def run_now(ctx: CommandContext) -> None:
    """Start an enrichment without waiting for the night; one runs at a time."""
    if await goes_on(ctx):
        raise ConflictError(_RUNNING)
    values: dict[str, Any] = {"trigger": "person", "night": oslo_day(ctx.now), "asked_by": ctx.actor.user}
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
                field("night", _("Night of"), Kind.DATE, required=True, immutable=True),
                field(
                    "trigger",
                    _("Started by"),
                    Kind.CHOICE,
                    required=True,
                    immutable=True,
                    choices=choices(("night", _("The night job")), ("person", _("A person"))),
                ),
                field("asked_by", _("Asked for by"), Kind.REF, ref=USERS, on_delete="set_null"),
                field(
                    "status",
                    _("Status"),
                    Kind.CHOICE,
                    default="running",
                    choices=choices(
                        ("running", _("Running")),
                        ("finished", _("Finished")),
                        ("stopped", _("Stopped")),
                    ),
                ),
                field("stopped_by", _("Why it stopped"), Kind.CHOICE, choices=STOPS),
                field("started_at", _("Started"), Kind.INSTANT, default=lambda case: case.now),
                field("finished_at", _("Finished"), Kind.INSTANT),
            ),
        ),
        Group(
            "figures",
            _("Figures"),
            (
                _count("cars_asked", _("Cars asked for")),
                _count("filled", _("Filled")),
                _count("not_found", _("Not found")),
                _count("failed", _("Failed")),
                _count("skipped", _("Skipped")),
                _count("fields_empty", _("Empty fields")),
                _count("fields_filled", _("Fields filled")),
                _count("failures_in_row", _("Failures in a row")),
            ),
        ),
    ),
    access=Access(grants=(Grant(role="tenant_admin", verbs=("run_now",)),), systems=(REGISTRAR, "demo")),
    views=Views(
        columns=("started_at", "night", "trigger", "status", "filled", "not_found", "failed", "skipped"),
        title=("night",),
        sort=("-started_at",),
        filters=("status", "trigger"),
        icon="database",
    ),
    verbs=(RUN_NOW,),
    unique=(
        Unique(
            fields=("night",),
            message=_("This night has been run already."),
            where=Is("trigger", "night"),
        ),
        Unique(fields=("status",), message=_RUNNING, where=Is("status", "running")),
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
                field("run", _("Enrichment"), Kind.REF, ref=RUNS, on_delete="cascade", required=True),
                field("car", _("Car"), Kind.REF, ref=CARS, on_delete="cascade", required=True),
                field("asked_by", pgettext("means", "Asked by"), Kind.CHOICE, choices=KINDS),
                field("result", _("Result"), Kind.CHOICE, choices=RESULTS, required=True),
                field("reason", _("Reason"), Kind.CHOICE, choices=REASONS),
                field("fields", _("Fields filled"), Kind.JSON, form={"type": "array"}),
                _count("fields_empty", _("Empty fields")),
                field("at", _("Time"), Kind.INSTANT, required=True, default=lambda case: case.now),
                field("message", _("Message"), Kind.TEXT, max_length=500),
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
        columns=("at", "car", "result", "reason", "asked_by", "message"),
        title=("at",),
        sort=("-at",),
        filters=("result", "reason", "run"),
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
                field("car", _("Car"), Kind.REF, ref=CARS, on_delete="cascade", required=True, immutable=True),
                field("due", _("Due"), Kind.DATE, required=True, immutable=True),
            ),
        ),
    ),
    access=Access(grants=(), systems=(REGISTRAR, "demo")),
    views=Views(columns=("car", "due"), title=("due",)),
    unique=(Unique(fields=("car", "due"), message=_("It has been told already.")),),
    exposed=False,
    history=False,
)
