"""Templates: what the site of a car usually does to it, as the wizard offers it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from directapp.derive import present
from directapp.derive.present import read_number
from directapp.domains.cars.fields import Cars
from directapp.domains.planning.fields import (
    BOOKING_TEMPLATE_STEPS,
    BOOKING_TEMPLATES,
    BookingTemplates,
    BookingTemplateSteps,
    ResourceTypes,
)
from directapp.interfaces.web.core.context import RequestContext
from directapp.interfaces.web.features.plan.reads import both, name_of, one_of, rows_of
from directapp.interfaces.web.records.lists import may_create
from directapp.store.query import Condition, Order, Query

_MOST, _MOST_STEPS = 20, 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A template that a car may be booked by: its name, and its steps in words."""

    id: str
    name: str
    about: str


def makes_templates(ctx: RequestContext) -> bool:
    """Whether this person may make templates."""
    meta = ctx.spec.get(BOOKING_TEMPLATES)
    return meta is not None and may_create(ctx, meta)


async def templates_of(
    ctx: RequestContext, car: Mapping[str, Any], kinds: Sequence[Mapping[str, Any]]
) -> list[Template]:
    """Return the templates in use at the prep centre of a car, those with steps."""
    site = car.get(Cars.prep_center) or ctx.person.site
    if site is None:
        return []
    asked = both(
        Condition((BookingTemplates.dealership,), "eq", UUID(str(site))),
        Condition((BookingTemplates.active,), "eq", value=True),
    )
    query = Query(
        fields=((BookingTemplates.id,), (BookingTemplates.name,)),
        filter=asked,
        sort=(Order(BookingTemplates.name),),
        limit=_MOST,
    )
    rows = await rows_of(ctx, BOOKING_TEMPLATES, query)
    if not rows:
        return []
    steps = await rows_of(
        ctx,
        BOOKING_TEMPLATE_STEPS,
        Query(
            fields=tuple((n,) for n in ("template", "resource_type", "hours")),
            filter=one_of(BookingTemplateSteps.template, [str(r[BookingTemplates.id]) for r in rows]),
            sort=(Order(BookingTemplateSteps.order), Order("id")),
            limit=_MOST_STEPS,
        ),
    )
    names = {str(k[ResourceTypes.id]): name_of(k, ctx) for k in kinds}
    by_template: dict[str, list[str]] = {}
    for step in steps:
        length = timedelta(hours=float(read_number(step[BookingTemplateSteps.hours]) or 0))
        kind = names.get(str(step[BookingTemplateSteps.resource_type]), "")
        told = f"{kind} {present.show_span(length, ctx.language)}"
        by_template.setdefault(str(step[BookingTemplateSteps.template]), []).append(told)
    return [
        Template(id=str(row[BookingTemplates.id]), name=str(row[BookingTemplates.name]), about=", ".join(about))
        for row in rows
        if (about := by_template.get(str(row[BookingTemplates.id])))
    ]
