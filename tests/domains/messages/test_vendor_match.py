"""Which work a message is about: by what it answers, by its code, or because it is the only one; else none."""

import re
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directapp.domains.messages.capability import Capabilities
from directapp.domains.messages.vendor_match import Asked, Sort, code_of, decide, wants_silence, without
from directapp.kernel.ids import uuid7

TENANT, OTHER = uuid7(), uuid7()


def asked(item: UUID | None = None, *, tenant: UUID = TENANT, live: bool = True, named: bool = False) -> Asked:
    return Asked(tenant=tenant, link=uuid7(), item=item or uuid7(), open=live, named=named)


def test_the_only_open_work_is_meant_and_the_newest_link_of_it() -> None:
    item = uuid7()
    older, newer, closed = asked(item), asked(item), asked(live=False)
    verdict = decide([closed, newer, older], "FERDIG")
    assert verdict is not None
    assert (verdict.sort, verdict.links, verdict.text) == (Sort.ANSWER, [newer], "FERDIG")


def test_a_code_picks_one_of_several_and_is_taken_out_of_the_words() -> None:
    one, other = asked(), asked()
    verdict = decide([one, other], f"FERDIG {one.code.lower()}")
    assert verdict is not None
    assert (verdict.sort, verdict.links, verdict.text) == (Sort.ANSWER, [one], "FERDIG")


def test_without_a_code_none_of_several_is_meant() -> None:
    one, other = asked(), asked(tenant=OTHER)
    verdict = decide([one, other], "FERDIG")
    assert verdict is not None
    assert (verdict.sort, list(verdict.links)) == (Sort.UNMATCHED, [other, one])


def test_codes_of_two_works_are_two_meanings() -> None:
    one, other = asked(), asked()
    verdict = decide([one, other], f"FERDIG {one.code} {other.code}")
    assert verdict is not None
    assert verdict.sort is Sort.UNMATCHED


def test_the_code_of_a_closed_work_never_means_the_open_one() -> None:
    done, waiting = asked(live=False), asked()
    verdict = decide([done, waiting], f"FERDIG {done.code}")
    assert verdict is not None
    assert (verdict.sort, verdict.links) == (Sort.CLOSED, [done])


def test_the_message_that_is_answered_is_meant_unless_the_code_says_otherwise() -> None:
    one, other = asked(), asked(named=True)
    verdict = decide([one, other], "Ferdig")
    assert verdict is not None
    assert (verdict.sort, verdict.links) == (Sort.ANSWER, [other])
    same = decide([one, other], f"Ferdig {other.code}")
    assert same is not None
    assert (same.sort, same.links) == (Sort.ANSWER, [other])
    mixed = decide([one, other], f"Ferdig {one.code}")
    assert mixed is not None
    assert (mixed.sort, set(mixed.links)) == (Sort.UNMATCHED, {one, other})


def test_strangers_and_old_acquaintances_of_several_tenants_mean_nothing() -> None:
    assert decide([], "FERDIG") is None
    assert decide([asked(live=False), asked(live=False, tenant=OTHER)], "FERDIG") is None
    known = decide([asked(live=False)], "Hei")
    assert known is not None
    assert known.sort is Sort.CLOSED


@given(st.uuids())
def test_a_code_is_short_and_no_word(link: UUID) -> None:
    code = code_of(link)
    assert re.fullmatch(r"[BCDFGHJKMNPQRTVWXZ][2-9][BCDFGHJKMNPQRTVWXZ]{2}", code)
    assert without(f"FERDIG {code.lower()}.", {code}) == "FERDIG  ."
    assert without(f"x{code}", {code}) == f"x{code}"


@pytest.mark.parametrize(("text", "silent"), [("STOP", True), ("Stopp!", True), ("stop at fredag", False), ("", False)])
def test_who_asks_for_silence_is_heard(text: str, *, silent: bool) -> None:
    assert wants_silence(text) is silent


@given(st.uuids(), st.uuids(), st.integers(5, 59), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_an_answers_address_is_read_back_and_cannot_be_altered(tenant: UUID, link: UUID, place: int, sign: str) -> None:
    ours = Capabilities("s" * 48, "https://da.example.test")
    address = ours.answer_address(tenant, link, "inn.example.test")
    tenants = [uuid4(), tenant, uuid4()]
    for written in (address, address.upper(), f"DirectApp <{address}>"):
        found = ours.read_answer(written, "inn.example.test", tenants)
        assert found is not None
        assert (found.kind, found.tenant, found.record) == ("vendor", tenant, link)
    altered = f"{address[:place]}{sign}{address[place + 1 :]}"
    again = ours.read_answer(altered, "inn.example.test", tenants)
    assert again is None or altered == address
    assert ours.read_answer(address, "other.example.test", tenants) is None
    assert ours.read_answer(address, "inn.example.test", tenants[2:]) is None
    assert Capabilities("x" * 48, "https://da.example.test").read_answer(address, "inn.example.test", tenants) is None
    assert ours.read(address, "vendor") is None
