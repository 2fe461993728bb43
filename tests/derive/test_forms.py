"""Forms and lists from the small world's declaration."""

from datetime import UTC, datetime
from uuid import UUID

from directapp.declare.reading import alike
from directapp.derive import forms, inputs, pages, questions, tables
from directapp.derive.inputs import Filling
from directapp.derive.questions import Address
from directapp.derive.shown import Formatter, readable_anywhere
from directapp.kernel.errors import Problem
from directapp.kernel.ids import uuid7
from directapp.store.query import Condition, Junction, Order
from support.small import SPEC, person
from support.text import bilingual

JOBS = SPEC["jobs"]
TENANT, SITE = uuid7(), uuid7()
NOW = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)
SELLER = person(TENANT, "seller", SITE)


def formatter(role: str = "seller") -> Formatter:
    return Formatter(SPEC, person(TENANT, role, SITE), NOW, "nb")


def test_a_form_has_the_roles_groups_with_what_stands_in_them() -> None:
    row = {"title": "Ny jobb", "kind": "a", "in_bank": True, "due": "2026-11-26"}
    writable = frozenset({"title", "kind", "in_bank", "started_at"})
    basic, work = forms.edit_groups(JOBS, writable, Filling(language="nb", row=row))
    assert [(i.name, i.control, i.value) for i in basic.inputs] == [
        ("title", "text", "Ny jobb"),
        ("kind", "select", "a"),
        ("in_bank", "select", "true"),
    ]
    assert [o.label for o in basic.inputs[2].options] == ["Ja", "Nei"]
    assert [i.control for i in work.inputs] == ["moment"]


def test_what_was_typed_stands_over_what_is_stored_with_its_problems() -> None:
    problems = [Problem(bilingual("Stygt.", "Rude."), field="title"), Problem(bilingual("Vent.", "Wait."))]
    by_field, summary = forms.sort_problems(problems, JOBS.fields, "nb")
    filling = Filling(language="nb", row={"title": "Pen"}, typed={"title": ["rude"]}, problems=by_field)
    (group,) = forms.edit_groups(JOBS, frozenset({"title"}), filling)
    assert (group.inputs[0].value, group.inputs[0].stored, group.inputs[0].problems) == ("rude", "Pen", ("Stygt.",))
    assert group.wrong
    assert [(c.label, c.text) for c in summary] == [("Tittel", "Stygt."), (None, "Vent.")]


def test_only_what_differs_from_the_forms_own_base_is_sent() -> None:
    base = {"title": "Pen", "started_at": "20.11.2026 12:00", "note": ""}
    typed = {"title": ["Pen"], "started_at": ["20.11.2026 12:00"], "note": [" "], "kind": [""], "code": ["X"]}
    assert inputs.changed(JOBS.fields.values(), typed, base) == {"note": None, "code": "X"}


def test_a_form_holds_days_and_times_as_norway_writes_them() -> None:
    row = {"due": "2026-11-26", "started_at": "2026-11-20T12:00:31.123Z"}
    filling = Filling(language="en", row=row)
    held = [inputs.build_input(JOBS.fields[n], filling).value for n in row]
    assert held == ["26.11.2026", "20.11.2026 13:00"]


def test_flat_structures_are_lines_and_others_json() -> None:
    assert inputs.structure_text({"planner": 5000, "manager": None}) == "planner: 5000\nmanager:"
    assert inputs._structure("planner: 5000\nmanager:\nprimary: #001e50") == {
        "planner": 5000,
        "manager": None,
        "primary": "#001e50",
    }
    assert inputs.structure_text([{"a": 1}]).startswith("[")


def test_an_address_is_a_query_and_a_query_an_address() -> None:
    address = Address("/app/jobs", (("kind", "a"), ("kind", "b"), ("title", "50%"), ("due.from", "2026-11-01")))
    readable = readable_anywhere(SELLER, JOBS)
    assert questions.build_filter(address, JOBS, readable) == Junction(
        "and",
        (
            Condition(("kind",), "in", ["a", "b"]),
            Condition(("title",), "alike", alike("50%")),
            Condition(("due",), "gte", datetime(2026, 11, 1).date()),  # noqa: DTZ001 - a day has no zone
        ),
    )
    assert address.but(sort="-title", kind=None).text == "/app/jobs?title=50%25&due.from=2026-11-01&sort=-title"


def test_a_day_is_asked_from_midnight_to_midnight_in_norway() -> None:
    address = Address("/app/jobs", (("started_at.from", "2026-07-01"), ("started_at.to", "2026-07-01")))
    found = questions.build_filter(address, JOBS, readable_anywhere(SELLER, JOBS))
    assert isinstance(found, Junction)
    moments = [p.value.astimezone(UTC).isoformat() for p in found.parts if isinstance(p, Condition)]
    assert moments == ["2026-06-30T22:00:00+00:00", "2026-07-01T22:00:00+00:00"]


def test_where_a_list_goes_on_survives_the_address() -> None:
    sort = (Order("title"), Order("due", descending=True))
    record = UUID(int=7)
    mark = questions.mark_of({"title": "Æ", "due": None, "id": str(record)}, sort)
    assert questions.read_mark(mark, JOBS, sort) == ("Æ", None, record)
    assert questions.read_mark("!!", JOBS, sort) is None
    assert questions.read_mark(mark, JOBS, sort[:1]) is None


def test_columns_are_those_that_may_be_seen() -> None:
    listing = tables.list_of(formatter(), JOBS, Address("/app/jobs"), kept=("title", "cost", "due"))
    assert listing.columns == ("title", "due")
    headers = tables.columns_of(listing, "nb")
    assert [h.label for h in headers] == ["Tittel", "Frist"]
    assert tables.list_of(formatter("finance"), JOBS, Address("/app/jobs"), kept=("cost", "due")).columns == ("cost",)


def test_the_engine_says_what_is_next_and_what_stands_in_the_way() -> None:
    row = {"status": "started", "title": "x", "note": None, "started_at": "2026-11-20T10:00:00.000Z", "done_at": None}
    writable = frozenset({"started_at", "done_at"})
    (blocked,) = pages.next_facts(JOBS, row, writable, SELLER, NOW)
    assert (blocked.field.name, blocked.blocked, blocked.moves) == ("done_at", "Notat mangler.", None)
    (free,) = pages.next_facts(JOBS, row | {"note": "ok"}, writable, SELLER, NOW)
    assert (free.blocked, free.moves) == (None, "Ferdig")
    assert pages.next_facts(JOBS, row | {"status": "done"}, writable, SELLER, NOW) == ()


def test_the_track_has_done_now_and_next() -> None:
    track = pages.track_of(formatter(), JOBS, {"status": "started"})
    assert [(s.label, s.place) for s in track] == [
        ("Ny", "done"),
        ("Startet", "now"),
        ("Ferdig", "next"),
        ("Lagt bort", "next"),
    ]


def test_children_are_those_that_go_with_the_record() -> None:
    assert [(c.meta.name, c.column) for c in pages.children_of(SPEC, SELLER, JOBS)] == [("lines", "job")]
    assert pages.children_of(SPEC, person(TENANT, "finance", SITE), JOBS) == ()
