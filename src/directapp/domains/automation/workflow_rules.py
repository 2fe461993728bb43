"""Workflow rules: when something happens to such a record, do this. Tried on the past before they are switched on."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from directapp.declare.access import Access, Grant
from directapp.declare.case import Case
from directapp.declare.collection import Collection, SetUp, Views
from directapp.declare.events import Event
from directapp.declare.fields import Group, choices, field
from directapp.declare.kinds import BadValueError, Kind
from directapp.declare.names import FieldName
from directapp.declare.spec import Spec
from directapp.declare.verbs import Verb
from directapp.domains.automation.catalogue import CIRCLE, SYSTEM, UNREADABLE, event_choices
from directapp.domains.automation.conditions import Vocabulary, normal, plain, read_conditions, vocabulary
from directapp.domains.automation.events import TRIAL
from directapp.domains.automation.fields import WEBHOOKS, WORKFLOW_RULES, WorkflowRules
from directapp.domains.automation.references import demand_found
from directapp.domains.cars.fields import CARS
from directapp.domains.people.roles import ADMIN, MANAGER, role_choices
from directapp.kernel.errors import InvalidError, Problem
from directapp.kernel.text import _, in_every_language, pgettext
from directapp.services.command import CommandContext

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
    "set_field": (WorkflowRules.set_field, WorkflowRules.set_value),
    "create_work_item": (WorkflowRules.work_kind, WorkflowRules.message),
    "call_webhook": (WorkflowRules.webhook,),
}
_CONTENT = (
    WorkflowRules.event,
    WorkflowRules.conditions,
    WorkflowRules.action,
    *{name for names in _NEEDS.values() for name in names},
)
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
    words = _("Has to be filled in for this action.")
    return [
        Problem(words, field=name)
        for name in _NEEDS.get(str(case.get(WorkflowRules.action)), ())
        if case.get(name) is None and (case.changed(WorkflowRules.action, name) or not case.actor.is_system)
    ]


def words_for(spec: Spec, event: object) -> Vocabulary | None:
    """Return what a rule about an event may ask of."""
    about = spec.events.get(str(event))
    return vocabulary(about.collection, spec[about.collection].fields, spec[CARS].fields) if about else None


def _readable(spec: Callable[[], Spec]) -> Callable[[Case], list[Problem]]:
    def readable(case: Case) -> list[Problem]:
        """Demand conditions and a value that can be understood by the fields that they are about."""
        problems = []
        words = (
            words_for(spec(), case.get(WorkflowRules.event))
            if case.changed(WorkflowRules.event, WorkflowRules.conditions)
            else None
        )
        if words is not None:
            try:
                read_conditions(case.get(WorkflowRules.conditions) or "", words)
            except BadValueError as error:
                problems.append(Problem(error.text, field=WorkflowRules.conditions))
        if case.get(WorkflowRules.set_value) is not None and case.changed(
            WorkflowRules.set_field, WorkflowRules.set_value
        ):
            try:
                _value(spec(), case)
            except BadValueError as error:
                problems.append(Problem(error.text, field=WorkflowRules.set_value))
        return problems

    return readable


def _value(spec: Spec, case: Case) -> Any:
    """Return what is set, as its field understands it; a choice by its label too."""
    item, said = spec[CARS].fields.get(str(case.get(WorkflowRules.set_field))), str(case.get(WorkflowRules.set_value))
    if item is None:
        return said
    named = [one.code for one in item.choices if plain(said) in map(plain, in_every_language(one.label))]
    return item.understand(named[0] if named else said)


def _as_stored(spec: Callable[[], Spec]) -> Callable[[Case], dict[str, Any]]:
    def as_stored(case: Case) -> dict[str, Any]:
        """Keep what is set as its field keeps it: a priority by its code."""
        if case.get(WorkflowRules.set_value) is None or not case.changed(
            WorkflowRules.set_field, WorkflowRules.set_value
        ):
            return {}
        try:
            return {WorkflowRules.set_value: str(_value(spec(), case))}
        except BadValueError:
            return {}

    return as_stored


def tried_anew(case: Case) -> dict[str, Any]:
    """Switch a rule off when what it does has changed: it is to be tried again first."""
    if case.before is None or not case.changed(*_CONTENT):
        return {}
    return {WorkflowRules.active: False, **dict.fromkeys(_TRIED)}


def _dry_run(spec: Callable[[], Spec]) -> Callable[[CommandContext], Awaitable[None]]:
    async def dry_run(ctx: CommandContext) -> None:
        """Ask what it would have done on last month's events; a name that stands for nothing is refused."""
        words = words_for(spec(), ctx.case.get(WorkflowRules.event))
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
        rules=(complete, _readable(spec)),
        fill=(_as_stored(spec), tried_anew),
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
