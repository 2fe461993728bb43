"""Preparation templates: what a site usually does to a car, in which order and for how long, booked in one go."""

from directapp.declare.access import Access, Grant, grants
from directapp.declare.case import Case
from directapp.declare.collection import Collection, SetUp, Unique, Views
from directapp.declare.fields import Group, field
from directapp.declare.kinds import Kind
from directapp.declare.rules import Parent
from directapp.domains.people.fields import DEALERSHIPS
from directapp.domains.planning.fields import (
    BOOKING_TEMPLATE_STEPS,
    BOOKING_TEMPLATES,
    RESOURCE_TYPES,
    BookingTemplates,
    BookingTemplateSteps,
)
from directapp.domains.planning.rights import OWN_SITE, OWN_SITES, SYSTEMS, TEAM
from directapp.kernel.errors import Problem
from directapp.kernel.text import _, pgettext

_GONE = _("What is booked from a template stands without it.")
_HERE = Parent("template", BOOKING_TEMPLATES, OWN_SITE)
_WITHIN = Parent("template", BOOKING_TEMPLATES, OWN_SITES)

TEMPLATES = Collection(
    name=BOOKING_TEMPLATES,
    set_up=SetUp(key=(BookingTemplates.dealership, BookingTemplates.name)),
    label=_("Preparation template"),
    plural=_("Preparation templates"),
    groups=(
        Group(
            "all",
            _("Preparation template"),
            (
                field(BookingTemplates.name, _("Name"), required=True, max_length=60, search=True),
                field(
                    BookingTemplates.dealership,
                    _("Site"),
                    Kind.REF,
                    ref=DEALERSHIPS,
                    required=True,
                    default=lambda case: case.actor.site,
                ),
                field(BookingTemplates.active, _("In use"), Kind.BOOLEAN, default=True),
            ),
        ),
    ),
    access=Access(
        systems=SYSTEMS,
        grants=(
            *grants(TEAM, rows=OWN_SITE, read=("all",)),
            Grant(role="planner", rows=OWN_SITE, write=("all",), create=True, delete=True),
            Grant(role="manager", rows=OWN_SITES, write=("all",), create=True, delete=True),
            Grant(role="tenant_admin", write=("all",), create=True, delete=True),
        ),
        delete_why=_GONE,
    ),
    views=Views(
        columns=(BookingTemplates.name, BookingTemplates.dealership, BookingTemplates.active),
        title=(BookingTemplates.name,),
        sort=(BookingTemplates.name,),
        filters=(BookingTemplates.dealership, BookingTemplates.active),
        icon="template",
    ),
    unique=(
        Unique(
            fields=(BookingTemplates.dealership, BookingTemplates.name),
            message=_("The site has a template with this name already."),
        ),
    ),
)


def lasts(case: Case) -> list[Problem]:
    """Nothing lasts no time: refuse a step of zero hours."""
    if case.get(BookingTemplateSteps.hours):
        return []
    return [Problem(_("The duration must be above zero."), field=BookingTemplateSteps.hours)]


STEPS = Collection(
    name=BOOKING_TEMPLATE_STEPS,
    set_up=SetUp(key=(BookingTemplateSteps.template, BookingTemplateSteps.resource_type)),
    label=_("Step of a template"),
    plural=_("Steps"),
    groups=(
        Group(
            "all",
            _("Step of a template"),
            (
                field(
                    BookingTemplateSteps.template,
                    _("Preparation template"),
                    Kind.REF,
                    ref=BOOKING_TEMPLATES,
                    on_delete="cascade",
                    required=True,
                    immutable=True,
                ),
                field(BookingTemplateSteps.resource_type, _("Type"), Kind.REF, ref=RESOURCE_TYPES, required=True),
                field(
                    BookingTemplateSteps.hours,
                    _("Hours"),
                    Kind.DECIMAL,
                    required=True,
                    minimum=0,
                    maximum=24,
                    unit="t",
                ),
                field(
                    BookingTemplateSteps.order,
                    pgettext("sequence", "Order"),
                    Kind.INTEGER,
                    default=lambda _: 10,
                    minimum=0,
                    maximum=9999,
                ),
            ),
        ),
    ),
    access=Access(
        systems=SYSTEMS,
        grants=(
            *grants(TEAM, rows=_HERE, read=("all",)),
            Grant(role="planner", rows=_HERE, write=("all",), create=True, delete=True),
            Grant(role="manager", rows=_WITHIN, write=("all",), create=True, delete=True),
            Grant(role="tenant_admin", write=("all",), create=True, delete=True),
        ),
        delete_why=_GONE,
    ),
    views=Views(
        columns=(
            BookingTemplateSteps.order,
            BookingTemplateSteps.resource_type,
            BookingTemplateSteps.hours,
            BookingTemplateSteps.template,
        ),
        title=(BookingTemplateSteps.resource_type, BookingTemplateSteps.hours),
        sort=(BookingTemplateSteps.order,),
        filters=(BookingTemplateSteps.template,),
        icon="list-numbers",
    ),
    rules=(lasts,),
    unique=(
        Unique(
            fields=(BookingTemplateSteps.template, BookingTemplateSteps.resource_type),
            message=_("The template has this kind of work already."),
        ),
    ),
)
