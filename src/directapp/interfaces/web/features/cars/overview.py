"""What a car's page tells first: its customer and price, where it and its key are, missing parts, work to approve."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from directapp.derive.shown import Shown, page_of, readable_anywhere
from directapp.domains.cars.fields import CAR_REQUESTS, CARS, PARTS_ORDERS, CarRequests, Cars, PartsOrders
from directapp.domains.people.fields import DEALERSHIPS, Dealerships
from directapp.domains.workshop.fields import WORK_ITEMS, WorkItems
from directapp.interfaces.web.core.beside import Ask, ask_children
from directapp.interfaces.web.core.context import RequestContext
from directapp.interfaces.web.core.feature import Link, Overview, OverviewLine, Rows
from directapp.interfaces.web.core.seen import Record
from directapp.interfaces.web.features.cars.words import WORDS
from directapp.kernel.text import Text
from directapp.store.query import Condition, Order, Query

_FEW = 3
_FACTS: tuple[tuple[Text, tuple[str, ...]], ...] = (
    (WORDS["customer"], (Cars.customer_name, Cars.customer_phone)),
    (WORDS["price"], (Cars.sale_price,)),
    (WORDS["where"], (Cars.current_location, Cars.parking_spot)),
    (WORDS["key"], (Cars.key_location,)),
    (WORDS["misplaced"], (Cars.misplaced_at,)),
    (WORDS["mileage"], (Cars.mileage_km,)),
    (WORDS["mileage_unread"], (Cars.mileage_unread_at,)),
    (WORDS["seller"], (Cars.seller, Cars.dealership)),
)


def _asks(ctx: RequestContext, record: Record) -> Sequence[Ask]:
    parts = (PartsOrders.part_name, PartsOrders.part_number, PartsOrders.eta)
    missing = (
        Condition((PartsOrders.arrived_at,), "null", value=True),
        Condition((PartsOrders.cancelled_at,), "null", value=True),
    )
    asked = (Condition((WorkItems.status,), "eq", "proposed"),)
    wanted = (Condition((CarRequests.status,), "eq", "asked"),)
    return (
        ask_children(ctx, record.meta, record.id, PARTS_ORDERS, parts, only=missing, limit=_FEW + 1),
        ask_children(ctx, record.meta, record.id, WORK_ITEMS, (WorkItems.description,), only=asked, limit=_FEW + 1),
        _site(ctx, record),
        ask_children(ctx, record.meta, record.id, CAR_REQUESTS, (CarRequests.site,), only=wanted, limit=_FEW + 1),
    )


def _site(ctx: RequestContext, record: Record) -> Ask:
    """Return the question for the phone of the site that has a car of which no more is seen."""
    site = record.view.row.get(Cars.dealership)
    if (
        record.view.full
        or site is None
        or Dealerships.phone not in readable_anywhere(ctx.person, ctx.spec[DEALERSHIPS])
    ):
        return Ask(DEALERSHIPS, None)
    query = Query(
        fields=((Dealerships.id,), (Dealerships.phone,)),
        filter=Condition((Dealerships.id,), "eq", UUID(str(site))),
        sort=(Order(Dealerships.id),),
        limit=1,
    )
    return Ask(DEALERSHIPS, query)


def _tell(ctx: RequestContext, record: Record, answers: Sequence[Rows]) -> Iterable[OverviewLine]:
    parts, work, sites, requests = answers
    for label, names in _FACTS:
        shown = [s for n in names if (s := ctx.formatter.value(record.meta, n, record.told))]
        if shown:
            yield OverviewLine(label=ctx.say(label), shown=shown)
    for site in sites:
        if phone := ctx.formatter.value(ctx.spec[DEALERSHIPS], Dealerships.phone, site):
            yield OverviewLine(label=ctx.say(WORDS["site_phone"]), shown=(phone,))
    for request in requests:
        asking = ctx.formatter.value(ctx.spec[CAR_REQUESTS], CarRequests.site, request)
        link = Link(page_of(CAR_REQUESTS, request[CarRequests.id]), ctx.say(WORDS["see_request"]), "message")
        yield OverviewLine(label=ctx.say(WORDS["asked_for"]), shown=(asking,), place="next", link=link)
    if cause := ctx.formatter.value(record.meta, Cars.late_cause, record.told):
        label = record.meta.fields[Cars.late_cause].label
        yield OverviewLine(label=ctx.say(label), shown=(cause,), place="why", tone="soon")
    yield from _missing(ctx, record, parts)
    if work:
        link = Link(f"#s-{WORK_ITEMS}", ctx.say(WORDS["see_work"]), "tool")
        text = _listed([str(row.get(WorkItems.description) or "–") for row in work])
        yield OverviewLine(
            label=ctx.say(WORDS["to_approve"]), shown=(Shown(text=text),), place="why", link=link, tone="soon"
        )


def _missing(ctx: RequestContext, record: Record, parts: Rows) -> Iterable[OverviewLine]:
    """Return which parts have been ordered and have not come, or that some have."""
    status, text = record.view.row.get(Cars.parts_status), ""
    if parts:
        text = _listed([_part(ctx, row) for row in parts])
    elif status in {"ordered", "in_transit"}:
        text = ctx.formatter.value(record.meta, Cars.parts_status, record.told).text
    if text:
        link = Link(f"#s-{PARTS_ORDERS}", ctx.say(WORDS["see_parts"]), "packages") if parts else None
        yield OverviewLine(
            label=ctx.say(WORDS["parts_missing"]), shown=(Shown(text=text),), place="why", link=link, tone="soon"
        )


def _part(ctx: RequestContext, row: Mapping[str, Any]) -> str:
    name = str(row.get(PartsOrders.part_name) or row.get(PartsOrders.part_number) or "–")
    eta = ctx.formatter.value(ctx.spec[PARTS_ORDERS], PartsOrders.eta, row)
    return f"{name} ({eta.text})" if eta else name


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:_FEW]) + (" …" if len(names) > _FEW else "")


OVERVIEW = Overview(on=CARS, asks=_asks, tell=_tell)
