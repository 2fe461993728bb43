"""What is about a person is declared: fields that are named or made like names, numbers and addresses of people."""

import re

from directapp.app.spec import load_spec
from directapp.declare.kinds import Kind
from directapp.domains.privacy.held import CUSTOMER, EMPLOYEE, personal_fields
from directapp.domains.privacy.register import entries, register_text

_LIKELY = re.compile(
    r"(?:^|_)(?:first|last|full|customer|vendor|contact)_name$|phone|e_?mail|(?:^|_)address(?:$|_)|national|birth|ssn"
    r"|org_number|user_agent|consent|sent_to|^to$"
)
_KINDS = {Kind.PHONE, Kind.EMAIL}
# What is named so and is about nobody, each with its why. The list only shrinks.
NOBODYS = {
    ("dealerships", "phone"): "the number of a site",
    ("car_transfers", "to"): "the site that a car goes to",
    ("notice_choices", "email_events"): "which events, and no address",
}


def test_fields_named_like_those_of_people_are_declared_personal() -> None:
    spec = load_spec()
    likely = {
        (meta.name, item.name)
        for meta in spec.metas.values()
        for item in meta.stored
        if (item.kind in _KINDS or _LIKELY.search(item.name)) and not item.personal
    }
    assert likely == set(NOBODYS)


def test_texts_that_people_write_to_others_are_declared_personal() -> None:
    spec = load_spec()
    for name, item in (("comments", "text"), ("messages", "body"), ("messages", "content"), ("cars", "seller_notes")):
        assert spec[name].fields[item].personal == CUSTOMER, (name, item)


def test_whom_a_colleagues_row_is_about_is_declared() -> None:
    """A collection with something personal of colleagues says by a reference whose it is, or is the user's own."""
    spec = load_spec()
    found = {m.name: personal_fields(m, EMPLOYEE) for m in spec.metas.values() if m.name != "users"}
    unsaid = [n for n, items in found.items() if items and not any(i.points_to == "users" for i in items)]
    assert unsaid == []
    assert found["sessions"]


def test_the_register_tells_every_personal_field() -> None:
    spec = load_spec()
    declared = {(m.name, i.name) for m in spec.metas.values() for i in m.stored if i.personal}
    found = entries(spec)
    assert {(one.meta.name, item.name) for one in found for item in one.fields} == declared
    assert len(declared) > 50
    text = register_text(spec)
    assert all(f"`{name}`" in text for _, name in declared)
