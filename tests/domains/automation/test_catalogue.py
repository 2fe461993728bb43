"""Every fact is heard: what the declarations tell of, and what webhooks, rules and notifications choose from."""

import pytest

from directapp.app.spec import load_event_handlers, load_spec
from directapp.declare.case import Case
from directapp.declare.spec import CollectionMeta
from directapp.domains import messages
from directapp.domains.automation.catalogue import CATALOGUE
from directapp.kernel.actor import system_actor
from directapp.kernel.clock import utc_now
from directapp.kernel.ids import uuid7

SPEC = load_spec()
HEARD = {choice.code for choice in CATALOGUE}
# What a domain tells itself, to do something later; nothing has happened that anybody else would act on.
INNER = {"tenant.named", "capacity.changed", "plan.asked", "car.archive_due"} | {
    "car.work_changed",
    "parts_order.expected",
}
# Asked of the post office by a person: these are tasks.
TASKS = {"customer.share", "vendor.asked", "vendor.said", "vendor.unmatched"}


def told_of(meta: CollectionMeta) -> set[str]:
    """Return every event that a collection's declaration tells of."""
    declared = meta.declared
    steps = declared.workflow.steps if declared.workflow else ()
    return {s.event for s in steps if s.event} | {e for _, e in declared.events} | {h.event for h in declared.heard}


DECLARED = set[str]().union(*(told_of(meta) for meta in SPEC.metas.values()))


def test_all_that_is_told_of_can_be_listened_to() -> None:
    assert set() == DECLARED - INNER - HEARD


def test_all_that_notifications_follow_can_be_listened_to_by_webhooks_and_rules_too() -> None:
    assert set(messages.EVENT_HANDLERS) - TASKS - HEARD == set()
    reacted = load_event_handlers()
    assert all(code in reacted for code in HEARD)


def test_nothing_is_offered_that_never_comes() -> None:
    by_verb = {"car.eu_control_due", "vendor.answered", "timebank.full", "message.came_back"}
    assert by_verb == HEARD - DECLARED


FACTS = [
    (name, fact.field)
    for name in ("cars", "resource_bookings", "parts_orders", "work_items")
    for fact in (SPEC[name].declared.workflow.facts if SPEC[name].declared.workflow else ())  # type: ignore[union-attr]
]
OTHERS = [("cars", "ready_for_pickup"), ("cars", "arrived_dealership_at"), ("resource_bookings", "ends_at")]


@pytest.mark.parametrize(("name", "field"), [*FACTS, *OTHERS])
def test_every_fact_is_heard_whichever_step_it_comes_with(name: str, field: str) -> None:
    """By a field's own event or a fact's; or by every step that the fact causes."""
    meta = SPEC[name]
    declared = meta.declared
    flow = declared.workflow
    assert flow is not None
    if {event for n, event in declared.events if n == field} & HEARD:
        return
    now = utc_now()
    value = True if field.endswith(("approved", "pickup")) else now
    actor = system_actor(uuid7(), "workflow")
    before = {"status": "scheduled", "needs_technical": True}
    case = Case(row={**before, field: value}, before=before, patch={field: value}, actor=actor, now=now)
    if {heard.event for heard in declared.heard if heard.when(case)} & HEARD:
        return
    steps = [step for step in flow.steps if step.fact == field]
    assert steps
    assert {step.event for step in steps} <= HEARD


@pytest.mark.parametrize("missing", [("seller",), ("prep",), ("seller", "prep")])
def test_all_parts_arrived_is_heard_wherever_the_car_stands(missing: tuple[str, ...]) -> None:
    (heard,) = [one for one in SPEC["cars"].declared.heard if one.event == "parts.all_arrived"]
    now = utc_now()
    for status in ("registered", "in_transit", "at_prep_center", "inspection", "waiting_parts", "technical_prep"):
        before = {"status": status} | {f"parts_ordered_{side}_at": now for side in missing}
        row = before | {f"parts_arrived_{side}_at": now for side in missing}
        case = Case(row=row, before=before, actor=system_actor(uuid7(), "workflow"), now=now)
        assert heard.when(case)
        assert not heard.when(Case(row=before, before={"status": status}, actor=case.actor, now=now))
        assert not heard.when(Case(row=row, before=row, actor=case.actor, now=now))
