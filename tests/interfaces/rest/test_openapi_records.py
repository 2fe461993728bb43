"""How fields are described where their kind does not say it all."""

import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directapp.app.spec import load_spec
from directapp.declare.fields import Field, field
from directapp.declare.kinds import BadValueError, Kind
from directapp.interfaces.rest.openapi.records import record_schemas, up_to, written
from support.text import bilingual

# Their parse tidies what any text of their kind may hold.
TIDIED = {"parts_inventory.part_number", "workflow_rules.conditions"}


def fields() -> dict[str, Field]:
    found = {}
    for meta in load_spec().exposed:
        found |= {f"{meta.name}.{f.name}": f for f in meta.fields.values() if f.writable}
        found |= {f"{meta.name}.{v.name}.{p.name}": p for v in meta.declared.verbs for p in v.params}
    return found


def test_every_field_that_takes_less_than_its_kind_says_what_it_takes() -> None:
    silent = {name for name, item in fields().items() if item.form is None and (item.parse or item.kind is Kind.JSON)}
    assert silent == TIDIED


@pytest.mark.parametrize("value", [True, 1, 1.5, "x", [[]], {"a": []}])
def test_a_structure_of_the_other_sort_is_refused_before_anything_looks_into_it(value: Any) -> None:
    structures = {name: item for name, item in fields().items() if item.kind is Kind.JSON}
    assert structures
    for name, item in structures.items():
        wanted = {"array": list, "object": dict}[(item.form or {})["type"]]
        if not isinstance(value, wanted):
            with pytest.raises(BadValueError) as refused:
                item.understand(value)
            assert refused.value.text.pick("nb") != refused.value.text.english, name


@given(st.integers(0, 99_999), st.decimals(0, 120_000, places=2))
def test_an_amount_fits_the_pattern_of_its_bound_exactly_when_it_is_within(highest: int, amount: Decimal) -> None:
    assert bool(re.fullmatch(up_to(highest), f"{amount:.2f}")) == (amount <= highest)


@given(st.decimals(-99_999_999, 99_999_999, places=2))
def test_every_amount_that_is_described_is_understood(amount: Decimal) -> None:
    for low, high in ((None, None), (0, None), (-24, 24), (0, 500)):
        item = field("n", bilingual("N", "N"), Kind.DECIMAL, minimum=low, maximum=high, required=True)
        fits = re.fullmatch(written(item)["pattern"], f"{amount:.2f}") is not None
        assert fits == ((low is None or amount >= low) and (high is None or amount <= high))
        if fits:
            assert item.understand(f"{amount:.2f}") == amount


def test_what_a_new_record_needs_is_required_and_what_never_changes_is_left_out_of_a_change() -> None:
    schemas = record_schemas(load_spec())
    assert schemas["comments_create"]["required"] == ["text"]
    assert schemas["car_files_create"]["required"] == ["file"]
    assert "file" not in schemas["car_files_update"]["properties"]
    assert schemas["car_files_update_each"]["required"] == ["id"]
