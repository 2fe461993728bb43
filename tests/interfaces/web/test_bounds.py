"""No page asks for more than it shows: every role's pages and lists, statement by statement."""

import re
from typing import Any

import pytest

from directapp.domains.people.roles import LABELS, OPERATOR
from directapp.services.reading import MOST_COUNTED
from directapp.store.unit import recorded
from support.browser import Opener
from support.dealer import Dealer
from support.pages import fill_yard

# What has rows for each car, over all the years.
BIG = (
    "cars", "car_accessories", "car_files", "car_stages", "car_transfers", "comments", "files", "inspections",
    "messages", "notifications", "parts_orders", "resource_bookings", "service_history", "timebank_entries",
    "work_items",
)  # fmt: skip
PAGES = (
    "/", "/app/cars?all=1", "/app/cars/board", "/app/cars/board?all=1", "/app/cars/calendar", "/app/cars?q=audi",
    "/app/palette?q=audi", "/app/notifications", "/app/floor",
)  # fmt: skip
_MOST_ROWS = 1501
_COUNT = re.compile(r"SELECT count\(\*\) FROM \(SELECT 1 FROM .* LIMIT (\d+)\)", re.DOTALL)


def unbounded(sql: str) -> bool:
    """Whether a statement on what is big may bring or count any number of rows."""
    about = [name for name in BIG if f'FROM "{name}" c ' in sql]
    if not about or ("count(" in sql and "GROUP BY" in sql):
        # Groups are of what a month or the open cars hold; they are few.
        return bool(about) and "GROUP BY" in sql and not re.search(r">= \$|IN \('|= ANY\(", sql)
    if "count(*)" in sql:
        limits = [int(n) for n in _COUNT.findall(sql)]
        return not limits or max(limits) > MOST_COUNTED + 1
    one = 'c."id" = ' in sql or "c.id = " in sql
    limits = [int(n) for n in re.findall(r" LIMIT (\d+)", sql)]
    return not one and (not limits or max(limits) > _MOST_ROWS)


def test_what_is_unbounded_is_seen() -> None:
    assert unbounded('SELECT count(*) FROM "cars" c WHERE c.tenant_id = $1')
    assert unbounded('SELECT x FROM "comments" c WHERE c.tenant_id = $1 ORDER BY c.id')
    assert unbounded('SELECT c.status, count(*) FROM "cars" c WHERE c.tenant_id = $1 GROUP BY 1')
    assert not unbounded('SELECT count(*) FROM (SELECT 1 FROM "cars" c WHERE c.tenant_id = $1 LIMIT 10001) few')
    assert not unbounded('SELECT x FROM "comments" c WHERE c.tenant_id = $1 ORDER BY c.id LIMIT 51')


@pytest.mark.parametrize("role", sorted(set(LABELS) - {OPERATOR}))
async def test_no_page_of_a_role_asks_for_any_number_of_rows(dealer: Dealer, signed: Opener, role: str) -> None:
    await fill_yard(dealer, 3)
    browser = await signed(role, "499" if role in {"planner", "reception", "mechanic", "detailer"} else "495")
    lists = [f"/app/{name}{end}" for name in BIG for end in ("", "/count")]
    seen: list[tuple[str, tuple[Any, ...]]] = []
    opened, wrong = 0, []
    for path in (*PAGES, *lists):
        seen.clear()
        token = recorded.set(seen)
        try:
            answer = await browser.client.get(path)
        finally:
            recorded.reset(token)
        assert answer.status_code < 500, (path, answer.status_code)
        opened += answer.status_code == 200
        wrong += [f"{path}: {sql[:300]}" for sql, _ in seen if unbounded(sql)]
        assert not any(re.search(r" OFFSET (?!0\b)", sql) for sql, _ in seen), path
    assert opened > 8, "the role opens something"
    assert not wrong, "\n".join(wrong)
