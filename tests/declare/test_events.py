"""The registry of events: what is emitted is declared, once, and about the collection that emits it."""

from dataclasses import replace

import pytest

from directapp.declare.case import Case
from directapp.declare.collection import Collection
from directapp.declare.events import Emit, Event, becomes, event
from directapp.declare.kinds import Kind
from directapp.declare.spec import DeclarationError, Spec
from directapp.kernel.actor import system_actor
from directapp.kernel.clock import utc_now
from directapp.kernel.ids import uuid7
from support.small import SITES, USERS
from support.text import bilingual

PAINTED = event("site.painted", "sites", bilingual("Malt", "Painted"), "name", colour=Kind.STRING)


def declared(*emitted: Event) -> Collection:
    return replace(SITES, events=tuple(Emit(event=each, field="name") for each in emitted))


def test_a_collection_that_emits_an_undeclared_event_does_not_build() -> None:
    assert Spec((declared(PAINTED), USERS), (PAINTED,)).events == {"site.painted": PAINTED}
    with pytest.raises(DeclarationError, match=r"site\.painted is not declared"):
        Spec((declared(PAINTED), USERS))


def test_another_event_of_the_same_name_is_not_the_declared_one() -> None:
    with pytest.raises(DeclarationError, match=r"site\.painted is not declared"):
        Spec((declared(replace(PAINTED, payload=())), USERS), (PAINTED,))


def test_an_event_is_about_the_collection_that_emits_it() -> None:
    other = replace(PAINTED, collection="users", was=())
    with pytest.raises(DeclarationError, match="which is about users"):
        Spec((declared(other), USERS), (other,))


def test_an_event_is_declared_once_and_carries_fields_that_there_are() -> None:
    with pytest.raises(DeclarationError, match="declared twice"):
        Spec((SITES, USERS), (PAINTED, replace(PAINTED, internal=True)))
    with pytest.raises(DeclarationError, match="no group or field shade"):
        Spec((SITES, USERS), (replace(PAINTED, was=("shade",)),))


def test_internal_events_are_offered_to_nobody() -> None:
    hidden = replace(PAINTED, name="site.hidden", internal=True)
    assert Spec((SITES, USERS), (PAINTED, hidden)).listenable == (PAINTED,)


def test_an_event_follows_from_a_value_that_is_set_or_from_what_becomes_so() -> None:
    actor, now = system_actor(uuid7(), "demo"), utc_now()

    def case(before: object, after: object) -> Case:
        return Case(row={"name": after}, before={"name": before}, actor=actor, now=now)

    by_field = Emit(event=PAINTED, field="name")
    assert by_field.follows(case(None, "A"), {"name": "A"})
    assert by_field.follows(case("A", "B"), {"name": "B"})
    assert not by_field.follows(case("A", None), {"name": None})
    assert not by_field.follows(case("A", "A"), {"name": "A"})
    assert not by_field.follows(case(None, "A"), {})
    by_state = Emit(event=PAINTED, when=becomes(lambda one: one.get("name") == "B"))
    assert by_state.follows(case("A", "B"), {})
    assert not by_state.follows(case("B", "B"), {})
    assert not Emit(event=PAINTED, deletion=True).follows(case("A", "B"), {"name": "B"})
