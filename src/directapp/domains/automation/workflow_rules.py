"""Workflow rules: when something happens to such a record, do this. Tried on the past before they are switched on."""

from typing import Any

from directapp.declare.access import Access, Grant
from directapp.declare.case import Case
from directapp.declare.collection import Collection, Views
from directapp.declare.fields import Group, choices, field
from directapp.declare.kinds import Kind
from directapp.declare.verbs import Verb
from directapp.domains.automation.catalogue import ADMIN, CATALOGUE, CIRCLE, READER, SYSTEM
from directapp.domains.automation.conditions import normal
from directapp.kernel.errors import Problem
from directapp.kernel.text import Text
from directapp.services.act import Act

NAME = "workflow_rules"
TRIAL = "rule.trial"
ACTIONS = choices(
    ("notify", "Varsle", "Notify"),
    ("set_field", "Sett felt på bilen", "Set a field of the car"),
    ("create_work_item", "Lag arbeidspunkt", "Create a work item"),
    ("call_webhook", "Kall webhook", "Call a webhook"),
)
ROLES = choices(
    ("new_car_sales", "Nybilselger", "New car sales"),
    ("used_car_sales", "Bruktbilselger", "Used car sales"),
    ("parts", "Delelager", "Parts"),
    ("reception", "Mottakskontrollør", "Reception inspector"),
    ("planner", "Booking", "Planner"),
    ("sales_manager", "Salgssjef", "Sales manager"),
    ("manager", "Daglig leder", "Manager"),
    ("finance", "Økonomiansvarlig", "Finance"),
    (ADMIN, "Administrator", "Administrator"),
)
# What a rule may set: nothing that the workflow, the money or the customer hangs on.
SETTABLE = choices(
    ("priority", "Prioritet", "Priority"),
    ("seller_notes", "Selgers notat", "Seller's notes"),
    ("parts_notes", "Merknad om deler", "Parts notes"),
    ("technical_notes", "Notat fra teknisk", "Technical notes"),
    ("cosmetic_notes", "Notat fra kosmetisk", "Cosmetic notes"),
)
WORK = choices(
    ("technical", "Mekanisk", "Mechanical"),
    ("cosmetic", "Kosmetisk", "Cosmetic"),
    ("tyres", "Dekk og felg", "Tyres and wheels"),
    ("glass", "Glass", "Glass"),
    ("equipment", "Utstyr", "Equipment"),
    ("other", "Annet", "Other"),
)
STOPS = choices((CIRCLE, "Regelen går i ring", "The rule goes in a circle"))
NEEDS = {
    "notify": ("notify_role", "message"),
    "set_field": ("set_field", "set_value"),
    "create_work_item": ("work_kind", "message"),
    "call_webhook": ("webhook",),
}
_CONTENT = ("event", "conditions", "action", *{name for names in NEEDS.values() for name in names})

WHEN = Group(
    "when",
    Text("Når", "When"),
    (
        field("name", "Navn", "Name", required=True, max_length=80, search=True),
        field("event", "Når dette skjer", "When this happens", Kind.CHOICE, choices=CATALOGUE, required=True),
        field(
            "conditions",
            "Og dette gjelder",
            "And this holds",
            Kind.TEXT,
            max_length=1000,
            parse=normal,
            help=Text(
                "Én sammenligning per linje, og alle må stemme: «Merke = Audi», «Salgspris > 500000», «Kundens navn er"
                " tom», «Prioritet er en av Høy, Haster». Skriv bil. foran et felt på bilen når hendelsen gjelder noe"
                " annet. Tomt: alltid.",
                "One comparison a line, all of which must hold: “Make = Audi”, “Sale price > 500000”, “Customer name is"
                " empty”, “Priority is one of High, Urgent”. Write car. before a field of the car where the event is"
                " about something else. Empty: always.",
            ),
        ),
    ),
)
THEN = Group(
    "then",
    Text("Så", "Then"),
    (
        field("action", "Gjør dette", "Do this", Kind.CHOICE, choices=ACTIONS, required=True, default="notify"),
        field("notify_role", "Varsle rolle", "Notify role", Kind.CHOICE, choices=ROLES),
        field("message", "Tekst", "Text", max_length=200),
        field("set_field", "Felt", "Field", Kind.CHOICE, choices=SETTABLE),
        field("set_value", "Verdi", "Value", max_length=200),
        field("work_kind", "Type arbeid", "Kind of work", Kind.CHOICE, choices=WORK),
        field("webhook", "Webhook", "Webhook", Kind.REF, ref="webhooks", on_delete="set_null"),
    ),
)
STAND = Group(
    "stand",
    Text("Tilstand", "State"),
    (
        field("active", "Slått på", "Switched on", Kind.BOOLEAN, default=False, computed=True),
        field("tried_at", "Prøvd", "Tried", Kind.INSTANT, computed=True),
        field("tried_events", "Hendelser siste måned", "Events of the last month", Kind.INTEGER, computed=True),
        field("tried_hits", "Ville slått til", "Would have acted", Kind.INTEGER, computed=True),
        field("tried_told", "Disse", "These", Kind.TEXT, max_length=4000, computed=True),
        field("stopped_because", "Stanset fordi", "Stopped because", Kind.CHOICE, choices=STOPS, computed=True),
    ),
)


def complete(case: Case) -> list[Problem]:
    """Demand what the chosen action needs."""
    words = Text("Må fylles ut for denne handlingen.", "Has to be filled in for this action.")
    return [
        Problem(words, field=name)
        for name in NEEDS.get(str(case.get("action")), ())
        if case.get(name) is None and (case.changed("action", name) or not case.actor.is_system)
    ]


# The words of the form, for the values they stand for.
_PRIORITIES = {
    "lav": "low",
    "low": "low",
    "normal": "normal",
    "høy": "high",
    "high": "high",
    "haster": "urgent",
    "urgent": "urgent",
}


def as_stored(case: Case) -> dict[str, Any]:
    """Understand a priority by the word that the car's form has for it."""
    said = str(case.get("set_value") or "").casefold()
    return {"set_value": _PRIORITIES[said]} if case.get("set_field") == "priority" and said in _PRIORITIES else {}


def tried_anew(case: Case) -> dict[str, Any]:
    """Switch a rule off when what it does has changed: it is to be tried again first."""
    if case.before is None or not case.changed(*_CONTENT):
        return {}
    return {"active": False} | dict.fromkeys(("tried_at", "tried_events", "tried_hits", "tried_told"))


async def dry_run(act: Act) -> None:
    """Ask what it would have done on last month's events."""
    await act.change({"tried_at": None, "tried_told": None}, system=SYSTEM)
    act.emit(TRIAL)


async def switch_on(act: Act) -> None:
    """Let it act from now on."""
    await act.change({"active": True, "stopped_because": None}, system=SYSTEM)


async def switch_off(act: Act) -> None:
    """Let it act no more."""
    await act.change({"active": False}, system=SYSTEM)


def _untried(case: Case) -> Problem | None:
    if case.get("active"):
        return Problem(Text("Regelen er slått på.", "The rule is switched on."), field="active", code="CONFLICT")
    if case.get("tried_at") is None:
        words = Text("Prøv regelen på siste måned først.", "Try the rule on the last month first.")
        return Problem(words, field="tried_at", code="CONFLICT")
    return None


def _off(case: Case) -> Problem | None:
    if case.get("active"):
        return None
    return Problem(Text("Regelen er slått av.", "The rule is switched off."), field="active", code="CONFLICT")


WORKFLOW_RULES = Collection(
    name=NAME,
    label=Text("Regel", "Rule"),
    plural=Text("Regler", "Rules"),
    groups=(WHEN, THEN, STAND),
    access=Access(
        systems=(SYSTEM, "demo"),
        grants=(
            Grant(
                role=ADMIN,
                write=("when", "then"),
                create=True,
                delete=True,
                verbs=("dry_run", "switch_on", "switch_off"),
            ),
            Grant(role=READER),
        ),
        delete_why=Text("En regel som ikke trengs, ryddes bort.", "A rule that is not needed is tidied away."),
    ),
    views=Views(
        columns=("name", "event", "action", "active", "tried_at", "tried_hits", "stopped_because"),
        title=("name",),
        sort=("name",),
        filters=("active", "event", "action"),
        icon="robot",
    ),
    rules=(complete,),
    fill=(as_stored, tried_anew),
    verbs=(
        Verb(
            name="dry_run",
            label=Text("Prøv på siste måned", "Try on the last month"),
            run=dry_run,
            icon="list-check",
            primary=True,
        ),
        Verb(
            name="switch_on",
            label=Text("Slå på", "Switch on"),
            run=switch_on,
            blocked=_untried,
            icon="player-play",
            primary=True,
        ),
        Verb(name="switch_off", label=Text("Slå av", "Switch off"), run=switch_off, blocked=_off, icon="player-pause"),
    ),
    indexes=(("event", "active"),),
)
