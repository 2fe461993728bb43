"""The engine itself, on a door: it opens, closes, is painted, and is locked for good."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from directapp.declare.case import Case
from directapp.declare.events import event
from directapp.declare.workflow import Fact, Step, Workflow, state
from directapp.kernel.actor import Actor
from directapp.kernel.clock import utc_now
from directapp.kernel.errors import Problem
from directapp.kernel.ids import uuid7
from support.text import bilingual

NO = bilingual("Nei, {state}.", "No, {state}.")
KEYLESS = Problem(bilingual("Nøkkel mangler.", "The key is missing."), field="key")
WHO = Actor(tenant=uuid7(), user=uuid7(), name="x", roles=frozenset())


def has(name: str) -> Any:
    return lambda case: case.get(name) is not None


def replay(case: Case) -> str:
    if case.get("locked_at"):
        return "locked"
    if case.get("passed") is False:
        return "failed"
    return (
        "painted" if case.get("painted_at") and case.get("opened_at") else "open" if case.get("opened_at") else "shut"
    )


OPENED = event("door.opened", "doors", bilingual("Åpnet", "Opened"))

DOOR = Workflow(
    states=(
        state("shut", bilingual("Lukket", "Shut"), "steel"),
        state("open", bilingual("Åpen", "Open"), "steel"),
        state("painted", bilingual("Malt", "Painted"), "steel"),
        state("failed", bilingual("Stoppet", "Failed"), "steel"),
        state("locked", bilingual("Låst", "Locked"), "grey", locked=True),
    ),
    steps=(
        Step(
            origins=("shut",),
            to="open",
            when=has("opened_at"),
            guards=(lambda case: None if case.get("key") else KEYLESS,),
            fact="opened_at",
            event=OPENED,
        ),
        Step(origins=("open",), to="painted", when=has("painted_at"), fact="painted_at"),
        Step(origins=("open", "painted"), to="failed", when=lambda case: case.get("passed") is False),
        Step(origins=("painted",), to="locked", when=has("locked_at")),
    ),
    replay=replay,
    initial="shut",
    facts=(
        Fact(field="opened_at", states=("open",), refusal=NO, clears=("open",)),
        Fact(field="painted_at", states=("painted",), refusal=NO, clears=("painted",)),
        Fact(field="passed", states=("open", "painted", "failed"), refusal=NO, clears=("open", "painted", "failed")),
        Fact(field="locked_at", states=("locked",), refusal=NO),
    ),
    unlocked=frozenset({"note"}),
)


def walk(before: dict[str, Any], **patch: Any) -> Any:
    row = {"status": "shut"} | before
    return DOOR.walk(Case(row=row | patch, before=row, patch=patch, actor=WHO, now=utc_now()))


OPEN = {"status": "open", "key": 1, "opened_at": 1}
PAINTED = OPEN | {"status": "painted", "painted_at": 2}


def test_facts_move_it_as_far_as_they_lead() -> None:
    done = walk({"key": 1}, opened_at=1, painted_at=2)
    assert (done.visited, done.events, done.problems) == (("shut", "open", "painted"), (OPENED,), ())


def test_a_guard_refuses_the_write_that_causes_the_step() -> None:
    assert walk({}, opened_at=1).problems == (KEYLESS,)


def test_a_fact_out_of_its_state_is_refused_by_name() -> None:
    problem = walk({}, painted_at=2).problems[0]
    assert (problem.field, problem.message.pick("nb")) == ("painted_at", "Nei, Lukket.")


def test_an_old_step_that_is_held_up_refuses_no_other_write() -> None:
    stuck = {"opened_at": 1}
    assert walk(stuck, colour="red").visited == ("shut",)
    assert walk(stuck, colour="red").problems == ()
    assert {p.field for p in walk(stuck, painted_at=2).problems} == {"key", "painted_at"}
    assert walk(stuck, key=1).status == "open"


def test_a_fact_is_taken_back_until_the_next_step() -> None:
    assert walk(PAINTED, painted_at=None).status == "open"
    assert walk(PAINTED, opened_at=None).problems[0].field == "opened_at"


def test_a_no_given_is_taken_back_too_and_a_yes_made_a_no_counts() -> None:
    failed = OPEN | {"status": "failed", "passed": False}
    assert walk(failed, passed=None).status == "open"
    assert walk(PAINTED | {"passed": True}, passed=False).status == "failed"


def test_a_state_the_facts_never_led_to_stays() -> None:
    imported = {"status": "painted", "painted_at": 2}
    assert walk(imported, painted_at=None).status == "painted"


def test_what_only_follows_from_a_write_is_not_taken_back() -> None:
    row = PAINTED | {"painted_at": None}
    case = Case(row=row, before=PAINTED, patch={"colour": "red"}, actor=WHO, now=utc_now())
    assert DOOR.walk(case).problems == ()


def test_a_locked_record_takes_only_what_is_unlocked_and_never_moves() -> None:
    locked = PAINTED | {"status": "locked", "locked_at": 3}
    (refused,) = walk(locked, colour="red", note="x").problems
    assert refused.field == "colour"
    assert refused.message.pick("nb") == "Statusen er «Låst», og da kan ikke feltet endres."
    assert walk(locked, note="x", passed=False).visited == ("locked",)


@given(st.lists(st.sampled_from(["opened_at", "painted_at", "locked_at", "passed", "key"]), max_size=8))
def test_an_accepted_write_leaves_nothing_to_do(names: list[str]) -> None:
    row: dict[str, Any] = {"status": "shut", "key": None}
    for n, name in enumerate(names):
        patch = {name: False if name == "passed" else n}
        done = walk(row, **patch)
        if not done.problems:
            row |= patch | {"status": done.status}
            assert walk(row, colour=n).visited == (row["status"],)
