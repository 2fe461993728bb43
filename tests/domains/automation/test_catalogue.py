"""Every fact is an event, and what can be listened to in one place can be in all."""

import pytest

from directapp.app.spec import load_event_handlers, load_spec
from directapp.declare.case import Case
from directapp.domains import messages
from directapp.domains.automation.fields import RULE_RUNS, WEBHOOK_DELIVERIES, WEBHOOKS, WORKFLOW_RULES
from directapp.domains.automation.handlers import follow
from directapp.domains.cars.events import ALL_PARTS_ARRIVED
from directapp.domains.messages.catalogue import NOTICES
from directapp.kernel.actor import system_actor
from directapp.kernel.clock import utc_now
from directapp.kernel.ids import uuid7

SPEC = load_spec()
OFFERED = {event.name for event in SPEC.listenable}


@pytest.mark.parametrize(
    ("collection", "field"),
    [(WEBHOOKS, "events"), (WEBHOOK_DELIVERIES, "event"), (WORKFLOW_RULES, "event"), (RULE_RUNS, "event")],
)
def test_webhooks_and_rules_choose_from_the_registry(collection: str, field: str) -> None:
    choices = {choice.code: choice.label for choice in SPEC[collection].fields[field].choices}
    choices.pop("webhook.ping", None)
    assert choices == {event.name: event.label for event in SPEC.listenable}


def test_all_that_may_be_listened_to_is_followed_by_automation_and_nothing_else_is() -> None:
    followed = {event for event, handlers in load_event_handlers().items() if follow in handlers}
    assert followed == set(SPEC.listenable)


def test_colleagues_are_told_of_events_that_everybody_may_listen_to() -> None:
    told = {notice.event for notice in NOTICES.values()}
    assert told <= set(SPEC.listenable)
    swept = {event for event in told if event.name in {"car.delivery_tomorrow", "car.overdue"}}
    assert told - swept <= set(messages.EVENT_HANDLERS)


@pytest.mark.parametrize("event", SPEC.listenable, ids=lambda event: event.name)
def test_whoever_follows_events_sees_the_records_that_they_are_about(event: object) -> None:
    meta = SPEC[event.collection]  # type: ignore[attr-defined]
    assert meta.grants_of(frozenset({"sys_workflow"}))


FACTS = [
    (name, fact.field)
    for name in ("cars", "resource_bookings", "parts_orders", "work_items")
    for fact in (SPEC[name].declared.workflow.facts if SPEC[name].declared.workflow else ())  # type: ignore[union-attr]
]
OTHERS = [("cars", "ready_for_pickup"), ("cars", "arrived_dealership_at"), ("resource_bookings", "ends_at")]


@pytest.mark.parametrize(("name", "field"), [*FACTS, *OTHERS])
def test_every_fact_is_an_event_whichever_step_it_comes_with(name: str, field: str) -> None:
    """By a field's own event or a fact's; or by every step that the fact causes."""
    declared = SPEC[name].declared
    flow = declared.workflow
    assert flow is not None
    now = utc_now()
    value = True if field.endswith(("approved", "pickup")) else now
    actor = system_actor(uuid7(), "workflow")
    before = {"status": "scheduled", "needs_technical": True}
    patch = {field: value}
    case = Case(row={**before, **patch}, before=before, patch=patch, actor=actor, now=now)
    if {one.event.name for one in declared.events if one.follows(case, patch)} & OFFERED:
        return
    steps = [step for step in flow.steps if step.fact == field]
    assert steps
    assert {step.event and step.event.name for step in steps} <= OFFERED


@pytest.mark.parametrize("missing", [("seller",), ("prep",), ("seller", "prep")])
def test_all_parts_arrived_is_an_event_wherever_the_car_stands(missing: tuple[str, ...]) -> None:
    (one,) = [one for one in SPEC["cars"].declared.events if one.event == ALL_PARTS_ARRIVED]
    now = utc_now()
    for status in ("registered", "in_transit", "at_prep_center", "inspection", "waiting_parts", "technical_prep"):
        before = {"status": status} | {f"parts_ordered_{side}_at": now for side in missing}
        row = before | {f"parts_arrived_{side}_at": now for side in missing}
        case = Case(row=row, before=before, actor=system_actor(uuid7(), "workflow"), now=now)
        assert one.follows(case, {})
        assert not one.follows(Case(row=before, before={"status": status}, actor=case.actor, now=now), {})
        assert not one.follows(Case(row=row, before=row, actor=case.actor, now=now), {})
