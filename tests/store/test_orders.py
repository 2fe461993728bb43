"""Every list has an index in the order in which it is shown: PostgreSQL reads the first rows and stops."""

import pytest
from sqlalchemy import Index, MetaData
from sqlalchemy.dialects import postgresql

from directapp.app.spec import load_spec
from directapp.declare.collection import Index as Declared
from directapp.declare.kinds import Kind
from directapp.store.compiler import compile_list
from directapp.store.orders import served
from directapp.store.query import Condition, Junction, Order, Query
from directapp.store.tables import build_metadata

SPEC = load_spec()
METADATA: MetaData = build_metadata(SPEC)
ADMIN = frozenset({"tenant_admin"})
# Lists of words are put in Norwegian order by an expression; these have as many rows as a house has people and things.
_SMALL = {
    "api_keys", "booking_templates", "dealerships", "departments", "directory_groups", "directory_people", "drivers",
    "identity_mappings", "identity_providers", "inspection_templates", "list_columns", "network_rules",
    "own_fields",
    "parts_inventory", "resources", "roles", "saved_views", "service_programs", "tenants", "users",
    "webhooks", "workflow_rules",
    "working_hours",
}  # fmt: skip


def _columns(index: Index) -> list[str]:
    """Return an index's columns as an ORDER BY writes them, tenant first."""
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    return [str(c.compile(dialect=dialect)).split(".")[-1].replace('"', "") for c in index.expressions]


def _served(table: str, order: list[str]) -> bool:
    """Whether an index gives this order, read forwards or, where nothing may be missing, backwards."""
    turned = [o.removesuffix(" DESC") if o.endswith(" DESC") else f"{o} DESC" for o in order]
    wanted = [["tenant_id", *order]] + ([["tenant_id", *turned]] if not any("NULLS" in o for o in order) else [])
    return any(
        _columns(i)[: len(w)] == w
        for i in METADATA.tables[table].indexes
        for w in wanted
        if i.dialect_options["postgresql"]["where"] is None
    )


def _order(collection: str, query: Query, roles: frozenset[str] = ADMIN) -> list[str]:
    sql = compile_list(SPEC, roles, SPEC[collection], query).sql
    text = sql.rpartition("ORDER BY ")[2].split(" LIMIT")[0]
    # Ascending, what is missing stands last by itself.
    parts = [p.strip().replace("c.", "").replace('"', "") for p in text.split(",")]
    return [p.removesuffix(" NULLS LAST") if "DESC" not in p else p for p in parts]


@pytest.mark.parametrize("name", sorted(n for n, s in SPEC.metas.items() if s.declared.exposed and n not in _SMALL))
def test_a_list_in_its_declared_order_is_read_from_an_index(name: str) -> None:
    meta = SPEC[name]
    sort = tuple(Order(n.lstrip("-"), n.startswith("-")) for n in meta.declared.views.sort)
    if any(o.field not in meta.fields or meta.fields[o.field].kind in {Kind.STRING, Kind.TEXT} for o in sort):
        pytest.fail(f"{name} is sorted by words: is it small?")
    roles = frozenset(g.role for g in meta.declared.access.grants) & ADMIN
    if not roles:
        pytest.skip("no administrator reads it")
    assert _served(name, _order(name, Query(sort=sort, limit=50))), f"{name}: no index serves its list"


def test_what_is_missing_last_is_an_order_of_its_own() -> None:
    """The index (tenant, left_at, id) gives no list that is sorted descending with what is missing last."""
    order = _order("car_stages", Query(sort=(Order("left_at", descending=True),), limit=50))
    assert order == ["left_at DESC NULLS LAST", "id DESC"]
    assert not _served("car_stages", ["left_at DESC NULLS LAST", "entered_at DESC"])
    assert Declared(("-left_at", "-id")).name == "desc_left_at_desc_id"


@pytest.mark.parametrize("name", ["ready_for_delivery_at", "sold_at", "delivered_to_customer_at", "delivery_date"])
def test_what_cars_are_sorted_by_falling_has_an_index_of_that_order(name: str) -> None:
    order = _order("cars", Query(sort=(Order(name, descending=True),), limit=50))
    assert order == [f"{name} DESC NULLS LAST", "id DESC"]
    assert _served("cars", order)


def test_open_cars_have_indexes_of_their_own() -> None:
    some = {str(i.name) for i in METADATA.tables["cars"].indexes if str(i.name).endswith("_some")}
    assert some >= {
        "ix_cars_updated_at_id_some",
        "ix_cars_delivery_date_id_some",
        "ix_cars_status_delivery_date_id_some",
    }
    plan = compile_list(SPEC, ADMIN, SPEC["cars"], Query(filter=Condition(("status",), "among", ("draft", "sold"))))
    assert """c."status" IN ('draft', 'sold')""" in plan.sql, (
        "the codes stand in the SQL, where a partial index sees them"
    )


CASES = [(n, f, d) for n in ("cars", "comments", "messages") for f in SPEC[n].fields for d in (False, True)]


@pytest.mark.parametrize(("name", "field", "descending"), CASES)
def test_an_order_counts_as_served_where_an_index_gives_it(name: str, field: str, descending: bool) -> None:  # noqa: FBT001 - a case
    """What has its whole index is offered; what has none that begins with it is not."""
    meta = SPEC[name]
    item, query = meta.fields[field], Query(sort=(Order(field, descending=descending),), limit=50)
    if not item.stored or item.secret or field not in meta.readable_names:
        return
    found = served(meta, ADMIN, query.sort, None)
    order = _order(name, query)
    if _served(name, order) or field == "id":
        assert found
    begins = any(_columns(i)[1:2] in ([field], [f"{field} DESC NULLS LAST"]) for i in METADATA.tables[name].indexes)
    if not begins and field != "id":
        assert not found


def test_what_is_masked_or_of_the_open_ones_is_served_where_that_is_known() -> None:
    falling = (Order("updated_at", descending=True),)
    cars = SPEC["cars"]
    assert served(cars, ADMIN, falling, None)
    assert not served(cars, frozenset({"new_car_sales"}), (Order("sale_price"),), None), "the bank hides some"
    open_ones, steps = Condition(("status",), "among", ("draft", "sold")), (Order("status"), Order("delivery_date"))
    assert not served(cars, ADMIN, steps, None)
    assert served(cars, ADMIN, steps, Junction("and", (Condition(("make",), "eq", "Audi"), open_ones)))
    assert not served(cars, ADMIN, steps, Junction("or", (open_ones, open_ones)))
    assert not served(cars, ADMIN, steps, Condition(("status",), "among", ("archived",)))


@pytest.mark.parametrize("name", ["cars", "parts_orders", "resource_bookings", "work_items"])
def test_a_column_of_a_board_is_read_from_an_index(name: str) -> None:
    """Where a status has no row, whoever looks for the newest at it reads every row else."""
    found = [_columns(i)[:2] for i in METADATA.tables[name].indexes if i.dialect_options["postgresql"]["where"] is None]
    assert ["tenant_id", "status"] in found
