"""Workflow rules: when something happens to such a record, do this. Tried on the past before they are switched on."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from directapp.declare.access import Access, Grant
from directapp.declare.case import Case, One
from directapp.declare.collection import Collection, SetUp, Views
from directapp.declare.events import Event
from directapp.declare.fields import Field, Group, choices, field
from directapp.declare.kinds import BadValueError, Kind
from directapp.declare.names import FieldName
from directapp.declare.own_fields import name_of
from directapp.declare.reading import SHEET
from directapp.declare.spec import Spec
from directapp.declare.verbs import Verb
from directapp.domains.automation.catalogue import CIRCLE, SYSTEM, UNREADABLE, event_choices
from directapp.domains.automation.conditions import Vocabulary, normal, read_conditions, vocabulary
from directapp.domains.automation.conditions import plain as said_plainly
from directapp.domains.automation.events import TRIAL
from directapp.domains.automation.fields import WEBHOOKS, WORKFLOW_RULES, WorkflowRules
from directapp.domains.automation.references import demand_found
from directapp.domains.cars.fields import CARS
from directapp.domains.own_fields.fields import OWN_FIELDS, OwnFields
from directapp.domains.people.roles import ADMIN, MANAGER, role_choices
from directapp.kernel.errors import InvalidError, Problem
from directapp.kernel.text import _, in_every_language, pgettext
from directapp.services.command import CommandContext
from directapp.services.validation import json_value

ACTIONS = choices(
    ("notify", _("Notify")),
    ("set_field", _("Set a field of the car")),
    ("create_work_item", _("Create a work item")),
    ("call_webhook", _("Call a webhook")),
)
# What a rule may set: nothing that the workflow, the money or the customer hangs on.
SETTABLE = choices(
    ("priority", _("Priority")),
    ("seller_notes", _("Seller's notes")),
    ("parts_notes", _("Parts notes")),
    ("technical_notes", _("Technical notes")),
    ("cosmetic_notes", _("Cosmetic notes")),
)
WORK = choices(
    ("technical", _("Technical")),
    ("cosmetic", _("Cosmetic")),
    ("tyres", _("Tyres and wheels")),
    ("glass", _("Glass")),
    ("equipment", _("Equipment")),
    ("other", _("Other")),
)
STOPS = choices(
    (CIRCLE, _("The rule goes in a circle")),
    (UNREADABLE, _("The conditions can no longer be read")),
)
_NEEDS: Mapping[str, tuple[FieldName[object], ...]] = {
    "notify": (WorkflowRules.notify_role, WorkflowRules.message),
    "set_field": (WorkflowRules.set_value,),
    "create_work_item": (WorkflowRules.work_kind, WorkflowRules.message),
    "call_webhook": (WorkflowRules.webhook,),
}
_CONTENT = (
    WorkflowRules.event,
    WorkflowRules.conditions,
    WorkflowRules.action,
    *{name for names in _NEEDS.values() for name in names},
    WorkflowRules.set_field,
    WorkflowRules.set_own_field,
)
_SETS = (WorkflowRules.set_field, WorkflowRules.set_own_field, WorkflowRules.set_value)
_OWN = "own_field"
_MISSING = _("Has to be filled in for this action.")
_BOTH = _("Choose one field to set: one of the product's or one of your own.")
_NOT_OF_CARS = _("Choose a field of your own on cars that is not deleted.")
_TRIED = (WorkflowRules.tried_at, WorkflowRules.tried_events, WorkflowRules.tried_hits, WorkflowRules.tried_told)


_HELP = _(
    "One comparison a line, all of which must hold: “Make = Audi”, “Sale price > 500 000”, “Customer name"
    " is empty”, “Priority is one of High, Urgent”, “Promised delivery <= 24.12.2026”, “Site = 499”."
    " Write car. before a field of the car where the event is about something else. Empty: always."
)


def _when(events: Iterable[Event]) -> Group:
    return Group(
        "when",
        _("When"),
        (
            field(WorkflowRules.name, _("Name"), required=True, max_length=80, search=True),
            field(
                WorkflowRules.event,
                _("When this happens"),
                Kind.CHOICE,
                choices=event_choices(events),
                required=True,
            ),
            field(
                WorkflowRules.conditions,
                _("And this holds"),
                Kind.TEXT,
                max_length=1000,
                parse=normal,
                help=_HELP,
            ),
        ),
    )


THEN = Group(
    "then",
    _("Then"),
    (
        field(WorkflowRules.action, _("Do this"), Kind.CHOICE, choices=ACTIONS, required=True, default="notify"),
        field(WorkflowRules.notify_role, _("Notify role"), Kind.CHOICE, choices=role_choices("mechanic", "detailer")),
        field(WorkflowRules.message, _("Text"), max_length=200),
        field(WorkflowRules.set_field, _("Field"), Kind.CHOICE, choices=SETTABLE),
        field(
            WorkflowRules.set_own_field,
            _("Own field"),
            Kind.REF,
            ref=OWN_FIELDS,
            on_delete="set_null",
            help=_("A field of your own on the car, in place of one of the product's."),
        ),
        field(WorkflowRules.set_value, _("Value"), max_length=200),
        field(WorkflowRules.work_kind, _("Kind of work"), Kind.CHOICE, choices=WORK),
        field(WorkflowRules.webhook, _("Webhook"), Kind.REF, ref=WEBHOOKS, on_delete="set_null"),
    ),
)
STAND = Group(
    "stand",
    _("State"),
    (
        field(WorkflowRules.active, _("Switched on"), Kind.BOOLEAN, default=False, computed=True),
        field(WorkflowRules.tried_at, pgettext("rule", "Tried"), Kind.INSTANT, computed=True),
        field(WorkflowRules.tried_events, _("Events of the last month"), Kind.INTEGER, computed=True),
        field(WorkflowRules.tried_hits, _("Would have acted"), Kind.INTEGER, computed=True),
        field(WorkflowRules.tried_told, _("These"), Kind.TEXT, max_length=4000, computed=True),
        field(WorkflowRules.stopped_because, _("Stopped because"), Kind.CHOICE, choices=STOPS, computed=True),
    ),
)


def complete(case: Case) -> list[Problem]:
    """Demand what the chosen action needs."""
    needs = _NEEDS.get(str(case.get(WorkflowRules.action)), ())
    if case.get(WorkflowRules.action) == "set_field" and case.get(WorkflowRules.set_own_field) is None:
        needs = (WorkflowRules.set_field, *needs)
    return [
        Problem(_MISSING, field=name)
        for name in needs
        if case.get(name) is None and (case.changed(WorkflowRules.action, name) or not case.actor.is_system)
    ]


def sets_one_field(case: Case) -> list[Problem]:
    """Demand one field to set: of the product, or the company's own on cars."""
    if case.get(WorkflowRules.set_own_field) is None or not case.changed(
        WorkflowRules.set_own_field, WorkflowRules.set_field
    ):
        return []
    problems = []
    if case.get(WorkflowRules.set_field) is not None:
        problems.append(Problem(_BOTH, field=WorkflowRules.set_own_field))
    if settable(case) is None:
        problems.append(Problem(_NOT_OF_CARS, field=WorkflowRules.set_own_field))
    return problems


def settable(case: Case) -> Field | None:
    """Return the field of cars that a rule sets; None where it names none that is there."""
    name: str | None = case.get(WorkflowRules.set_field)
    own = case.one(_OWN)
    if own and own[OwnFields.collection] == CARS:
        name = name_of(own[OwnFields.code])
    item = case.fields(CARS).get(str(name))
    return None if item is None or item.secret else item


def words_for(spec: Spec, event: object, fields: Callable[[str], Mapping[str, Field]]) -> Vocabulary | None:
    """Return what a rule about an event may ask of; ``fields`` are those of a collection."""
    about = spec.events.get(str(event))
    return vocabulary(about.collection, fields(about.collection), fields(CARS)) if about else None


def _readable(spec: Callable[[], Spec]) -> Callable[[Case], list[Problem]]:
    def readable(case: Case) -> list[Problem]:
        """Demand conditions and a value that can be understood by the fields that they are about."""
        problems = []
        words = (
            words_for(spec(), case.get(WorkflowRules.event), case.fields)
            if case.changed(WorkflowRules.event, WorkflowRules.conditions)
            else None
        )
        if words is not None:
            try:
                read_conditions(case.get(WorkflowRules.conditions) or "", words)
            except BadValueError as error:
                problems.append(Problem(error.text, field=WorkflowRules.conditions))
        item, said = settable(case), case.get(WorkflowRules.set_value)
        if said is not None and item is not None and case.changed(*_SETS):
            try:
                value_of(item, said)
            except BadValueError as error:
                problems.append(Problem(error.text, field=WorkflowRules.set_value))
        return problems

    return readable


def value_of(item: Field, said: str) -> Any:
    """Return what is set, as JSON tells it; choices by their labels too (BadValueError: the field does not take it)."""
    if item.choices:
        codes = {said_plainly(label): one.code for one in item.choices for label in in_every_language(one.label)}
        parts = said.split(",") if item.kind is Kind.CHOICES else [said]
        found = [codes.get(said_plainly(part), part.strip()) for part in parts]
        return item.understand(found if item.kind is Kind.CHOICES else found[0])
    return json_value(item, item.understand(said, SHEET))


def as_stored(case: Case) -> dict[str, Any]:
    """Keep what is set as its field keeps it: a priority by its code."""
    item, said = settable(case), case.get(WorkflowRules.set_value)
    if said is None or item is None or not item.choices or not case.changed(*_SETS):
        return {}
    try:
        value = value_of(item, said)
    except BadValueError:
        return {}
    return {WorkflowRules.set_value: ", ".join(value) if isinstance(value, list) else str(value)}


def tried_anew(case: Case) -> dict[str, Any]:
    """Switch a rule off when what it does has changed: it is to be tried again first."""
    if case.before is None or not case.changed(*_CONTENT):
        return {}
    return {WorkflowRules.active: False, **dict.fromkeys(_TRIED)}


def _dry_run(spec: Callable[[], Spec]) -> Callable[[CommandContext], Awaitable[None]]:
    async def dry_run(ctx: CommandContext) -> None:
        """Ask what it would have done on last month's events; a name that stands for nothing is refused."""
        words = words_for(spec(), ctx.case.get(WorkflowRules.event), ctx.fields)
        try:
            asked = read_conditions(ctx.case.get(WorkflowRules.conditions) or "", words) if words else []
            await demand_found(ctx, asked)
        except BadValueError as error:
            raise InvalidError(Problem(error.text, field=WorkflowRules.conditions)) from None
        await ctx.change({WorkflowRules.tried_at: None, WorkflowRules.tried_told: None}, system=SYSTEM)
        ctx.emit(TRIAL)

    return dry_run


async def switch_on(ctx: CommandContext) -> None:
    """Let it act from now on."""
    await ctx.change({WorkflowRules.active: True, WorkflowRules.stopped_because: None}, system=SYSTEM)


async def switch_off(ctx: CommandContext) -> None:
    """Let it act no more."""
    await ctx.change({WorkflowRules.active: False}, system=SYSTEM)


def _untried(case: Case) -> Problem | None:
    if case.get(WorkflowRules.active):
        return Problem(_("The rule is switched on."), field=WorkflowRules.active, code="CONFLICT")
    if case.get(WorkflowRules.tried_at) is None:
        words = _("Try the rule on the last month first.")
        return Problem(words, field=WorkflowRules.tried_at, code="CONFLICT")
    return None


def _off(case: Case) -> Problem | None:
    if case.get(WorkflowRules.active):
        return None
    return Problem(_("The rule is switched off."), field=WorkflowRules.active, code="CONFLICT")


def workflow_rules(spec: Callable[[], Spec], events: Iterable[Event]) -> Collection:
    """Return the collection of rules about events; ``spec`` is asked, once all is declared, what they may be about."""
    return Collection(
        name=WORKFLOW_RULES,
        set_up=SetUp(key=(WorkflowRules.name,)),
        label=_("Rule"),
        plural=_("Rules"),
        groups=(_when(events), THEN, STAND),
        access=Access(
            systems=(SYSTEM, "importer", "demo"),
            grants=(
                Grant(
                    role=ADMIN,
                    write=("when", "then"),
                    create=True,
                    delete=True,
                    verbs=("dry_run", "switch_on", "switch_off"),
                ),
                Grant(role=MANAGER),
            ),
            delete_why=_("A rule that is not needed is tidied away."),
        ),
        views=Views(
            columns=(
                WorkflowRules.name,
                WorkflowRules.event,
                WorkflowRules.action,
                WorkflowRules.active,
                WorkflowRules.tried_at,
                WorkflowRules.tried_hits,
                WorkflowRules.stopped_because,
            ),
            title=(WorkflowRules.name,),
            sort=(WorkflowRules.name,),
            filters=(WorkflowRules.active, WorkflowRules.event, WorkflowRules.action),
            icon="robot",
        ),
        related=(One(_OWN, WorkflowRules.set_own_field, OWN_FIELDS, hold=False),),
        rules=(complete, sets_one_field, _readable(spec)),
        fill=(as_stored, tried_anew),
        verbs=(
            Verb(
                name="dry_run",
                label=_("Try on the last month"),
                run=_dry_run(spec),
                icon="list-check",
                primary=True,
            ),
            Verb(
                name="switch_on",
                label=_("Switch on"),
                run=switch_on,
                blocked=_untried,
                icon="player-play",
                primary=True,
            ),
            Verb(name="switch_off", label=_("Switch off"), run=switch_off, blocked=_off, icon="player-pause"),
        ),
        indexes=(("event", "active"),),
    )
