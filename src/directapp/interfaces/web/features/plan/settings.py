"""Settings of planning: what administration leads to of types, hours, capacity, agreements and absences."""

from directapp.interfaces.web.core.feature import SettingsPage
from directapp.interfaces.web.core.rights import administers
from directapp.kernel.text import Text, _, pgettext


def _page(order: int, collection: str, label: Text, about: Text, icon: str, *more: str) -> SettingsPage:
    return SettingsPage(
        order=order,
        href=f"/app/{collection}",
        label=label,
        about=about,
        icon=icon,
        visible=administers(collection),
        collections=(collection, *more),
    )


SETTINGS = (
    _page(
        22,
        "resource_types",
        _("Resource types"),
        _("The kinds of work that time is planned for: name, colour and usual duration."),
        "category",
    ),
    _page(
        23,
        "resources",
        _("Resources"),
        _("The people, bays and equipment that work is planned for."),
        "users-group",
    ),
    _page(
        24,
        "working_hours",
        pgettext("several", "Working hours"),
        _("When people, bays and equipment work, weekday by weekday."),
        "clock",
    ),
    _page(
        26,
        "capacity_rules",
        _("Weekly capacities"),
        _("How many hours of each kind of work a site takes on, weekday by weekday."),
        "calendar-week",
    ),
    _page(
        27, "resource_capacities", _("Day capacities"), _("Single days with other hours than the week’s."), "calendar"
    ),
    _page(
        28,
        "resource_sharing",
        _("Sharing agreements"),
        _("Which site works for which, and how many hours a week."),
        "arrows-exchange",
        "sharing_weeks",
    ),
    _page(
        29,
        "booking_templates",
        _("Preparation templates"),
        _("What a site usually does to a car, in which order and for how long."),
        "template",
        "booking_template_steps",
    ),
    _page(29, "absences", _("Absences"), _("Who and what is away, and when."), "beach"),
)
