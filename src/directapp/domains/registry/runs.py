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
from directapp.kernel.text import Text
from directapp.services.act import Act

RUNS, LOGS, REMINDERS = "enrichment_runs", "enrichment_logs", "inspection_reminders"
_LEFT_BEHIND = timedelta(hours=4)

RESULTS = choices(
    ("filled", "Fylt ut", "Filled"),
    ("not_found", "Ikke funnet", "Not found"),
    ("failed", "Feilet", "Failed"),
    ("skipped", "Hoppet over", "Skipped"),
)
REASONS = choices(
    ("nothing_missing", "Registeret visste ikke mer", "The registry knew no more"),
    ("another_car", "Svaret gjaldt en annen bil", "The answer was about another car"),
    ("unreadable", "Nummeret kan ikke slås opp", "The number cannot be looked up"),
    ("refused", "Bilen tok ikke imot verdien", "The car did not take the value"),
    ("moved_on", "Bilen er levert eller arkivert", "The car has been delivered or archived"),
    ("down", "Registeret svarte ikke", "The registry did not answer"),
)
STOPS = choices(
    ("quota", "Dagens oppslag er brukt opp", "The day’s look-ups are used up"),
    ("failures", "For mange feil på rad", "Too many failures in a row"),
    ("refused", "Registeret godtok ikke nøkkelen", "The registry did not accept the key"),
    ("not_set_up", "Oppslag er ikke satt opp", "Look-ups are not set up"),
    ("most", "Nattens grense er nådd", "The limit of the night is reached"),
)
_RUNNING = Text("En utfylling pågår alt.", "An enrichment is running already.")


def _count(name: str, nb: str, en: str) -> Field:
    return field(name, nb, en, Kind.INTEGER, default=0, minimum=0, computed=True)


async def goes_on(act: Act) -> bool:
    """Whether a run goes on; one that nobody has worked at for hours was left behind, and is ended here."""
    running = await act.find(RUNS, system=REGISTRAR, status="running", limit=1)
    if running and running[0].row["updated_at"] < act.now - _LEFT_BEHIND:
        ended = {"status": "stopped", "stopped_by": "failures", "finished_at": act.now}
        await act.change(ended, system=REGISTRAR, on=running[0])
        return False
    return bool(running)


async def run_now(act: Act) -> None:
    """Start an enrichment without waiting for the night; one runs at a time."""
    if await goes_on(act):
        raise ConflictError(_RUNNING)
    values: dict[str, Any] = {"trigger": "person", "night": oslo_day(act.now), "asked_by": act.actor.user}
    run = await act.create(RUNS, values, system=REGISTRAR)
    act.emit(ENRICH, on=run)
    act.answer = run


RUN_NOW = Verb(
    name="run_now",
    label=Text("Fyll ut nå", "Fill in now"),
    run=run_now,
    on="collection",
    icon="player-play",
    primary=True,
)

ENRICHMENT_RUNS = Collection(
    name=RUNS,
    label=Text("Utfylling fra registeret", "Registry enrichment"),
    plural=Text("Kjøretøyregisteret", "Vehicle registry"),
    groups=(
        Group(
            "course",
            Text("Gang", "Course"),
            (
                field("night", "Natt til", "Night of", Kind.DATE, required=True, immutable=True),
                field(
                    "trigger",
                    "Startet av",
                    "Started by",
                    Kind.CHOICE,
                    required=True,
                    immutable=True,
                    choices=choices(("night", "Nattjobben", "The night job"), ("person", "En person", "A person")),
                ),
                field("asked_by", "Bedt om av", "Asked for by", Kind.REF, ref=USERS, on_delete="set_null"),
                field(
                    "status",
                    "Status",
                    "Status",
                    Kind.CHOICE,
                    default="running",
                    choices=choices(
                        ("running", "Pågår", "Running"),
                        ("finished", "Ferdig", "Finished"),
                        ("stopped", "Stoppet", "Stopped"),
                    ),
                ),
                field("stopped_by", "Hvorfor den stoppet", "Why it stopped", Kind.CHOICE, choices=STOPS),
                field("started_at", "Startet", "Started", Kind.INSTANT, default=lambda case: case.now),
                field("finished_at", "Ferdig", "Finished", Kind.INSTANT),
            ),
        ),
        Group(
            "figures",
            Text("Tall", "Figures"),
            (
                _count("cars_asked", "Biler spurt om", "Cars asked for"),
                _count("filled", "Fylt ut", "Filled"),
                _count("not_found", "Ikke funnet", "Not found"),
                _count("failed", "Feilet", "Failed"),
                _count("skipped", "Hoppet over", "Skipped"),
                _count("fields_empty", "Tomme felter", "Empty fields"),
                _count("fields_filled", "Felter fylt ut", "Fields filled"),
                _count("failures_in_row", "Feil på rad", "Failures in a row"),
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
            message=Text("Natten er alt kjørt.", "This night has been run already."),
            where=Is("trigger", "night"),
        ),
        Unique(fields=("status",), message=_RUNNING, where=Is("status", "running")),
    ),
    history=False,
)

ENRICHMENT_LOGS = Collection(
    name=LOGS,
    label=Text("Registeroppslag", "Registry look-up"),
    plural=Text("Registeroppslag", "Registry look-ups"),
    groups=(
        Group(
            "all",
            Text("Oppslag", "Look-up"),
            (
                field("run", "Utfylling", "Enrichment", Kind.REF, ref=RUNS, on_delete="cascade", required=True),
                field("car", "Bil", "Car", Kind.REF, ref=CARS, on_delete="cascade", required=True),
                field("asked_by", "Spurt med", "Asked by", Kind.CHOICE, choices=KINDS),
                field("result", "Resultat", "Result", Kind.CHOICE, choices=RESULTS, required=True),
                field("reason", "Grunn", "Reason", Kind.CHOICE, choices=REASONS),
                field("fields", "Felter fylt ut", "Fields filled", Kind.JSON, form={"type": "array"}),
                _count("fields_empty", "Tomme felter", "Empty fields"),
                field("at", "Tid", "Time", Kind.INSTANT, required=True, default=lambda case: case.now),
                field("message", "Melding", "Message", Kind.TEXT, max_length=500),
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
    label=Text("Varsel om EU-kontroll", "Periodic inspection reminder"),
    plural=Text("Varsler om EU-kontroll", "Periodic inspection reminders"),
    groups=(
        Group(
            "all",
            Text("Varsel", "Reminder"),
            (
                field("car", "Bil", "Car", Kind.REF, ref=CARS, on_delete="cascade", required=True, immutable=True),
                field("due", "Frist", "Due", Kind.DATE, required=True, immutable=True),
            ),
        ),
    ),
    access=Access(grants=(), systems=(REGISTRAR, "demo")),
    views=Views(columns=("car", "due"), title=("due",)),
    unique=(Unique(fields=("car", "due"), message=Text("Det er alt varslet.", "It has been told already.")),),
    exposed=False,
    history=False,
)
