"""Tracking purposes: what a company follows movement and behaviour for, and on what ground.

Nothing of a vehicle's or a driver's movement is stored or shown outside a purpose that is in use. None is to begin
with: it is switched on when it has been assessed and talked over with the employees, and they have been told.
"""

from collections.abc import Iterable

from directapp.declare.access import Access, Grant, grants
from directapp.declare.case import Case
from directapp.declare.collection import Collection, Unique, Views
from directapp.declare.fields import Group, choices, field
from directapp.declare.kinds import Kind
from directapp.domains.people.fields import TRACKING_PURPOSES, TrackingPurposes
from directapp.domains.people.roles import ADMIN, ROLE_CHOICES, WORKING
from directapp.kernel.errors import Problem
from directapp.kernel.text import _, pgettext

_FIRST = (TrackingPurposes.assessed_on, TrackingPurposes.discussed_on, TrackingPurposes.informed_on)
_NEEDED = (TrackingPurposes.legal_basis, TrackingPurposes.data, TrackingPurposes.keep_days)
# What a purpose is about by its nature, whatever else somebody ticks.
_WIDEST: dict[str, frozenset[str]] = {
    "fleet_map": frozenset({"position"}),
    "journal": frozenset({"position", "trips"}),
    "safety": frozenset({"position", "behaviour", "video"}),
}


def prepared_before_use(case: Case) -> list[Problem]:
    """Refuse to follow anybody before it is assessed, talked over and told, with a ground and an end."""
    if not case.get(TrackingPurposes.active):
        return []
    missing: Iterable[str] = (name for name in (*_FIRST, *_NEEDED) if not case.get(name))
    return [Problem(_("This has to be filled in before the purpose is in use."), field=name) for name in missing]


def within_the_purpose(case: Case) -> list[Problem]:
    """Refuse data that a purpose does not need."""
    widest = _WIDEST.get(case.get(TrackingPurposes.purpose) or "", frozenset())
    beyond = set(case.get(TrackingPurposes.data) or ()) - widest
    return [Problem(_("The purpose does not need all of this."), field=TrackingPurposes.data)] if beyond else []


COLLECTION = Collection(
    name=TRACKING_PURPOSES,
    label=_("Tracking purpose"),
    plural=_("Tracking purposes"),
    groups=(
        Group(
            "all",
            _("Tracking purpose"),
            (
                field(
                    TrackingPurposes.purpose,
                    _("Purpose"),
                    Kind.CHOICE,
                    required=True,
                    immutable=True,
                    choices=choices(
                        ("fleet_map", _("Fleet map: the last position")),
                        ("journal", _("Trip journal")),
                        ("safety", _("Safety: driving events")),
                    ),
                ),
                field(
                    TrackingPurposes.legal_basis,
                    _("Legal basis"),
                    Kind.CHOICE,
                    choices=choices(
                        ("contract", _("Contract")),
                        ("legal_obligation", _("Legal obligation")),
                        ("legitimate_interest", _("Legitimate interest")),
                        ("consent", _("Consent")),
                    ),
                ),
                field(
                    TrackingPurposes.data,
                    _("What is stored"),
                    Kind.CHOICES,
                    default=[],
                    choices=choices(
                        ("position", _("Position")),
                        ("trips", _("Trips")),
                        ("behaviour", _("Driving behaviour")),
                        ("video", _("Video")),
                    ),
                ),
                field(TrackingPurposes.roles, _("Who sees it"), Kind.CHOICES, default=[], choices=ROLE_CHOICES),
                field(TrackingPurposes.keep_days, _("Kept for"), Kind.INTEGER, minimum=1, maximum=3650, unit="d"),
                field(TrackingPurposes.assessed_on, _("Assessed"), Kind.DATE),
                field(TrackingPurposes.discussed_on, _("Discussed with the employees"), Kind.DATE),
                field(TrackingPurposes.informed_on, _("Employees informed"), Kind.DATE),
                field(
                    TrackingPurposes.active, pgettext("purpose", "In use"), Kind.BOOLEAN, default=False, step_up=True
                ),
                field(TrackingPurposes.note, _("Note"), Kind.TEXT, max_length=2000),
            ),
        ),
    ),
    # Whoever is followed may read what for.
    access=Access(
        grants=(
            *grants(WORKING, read=("all",)),
            Grant(role=ADMIN, read=("*",), write=("*",), create=True),
        ),
        systems=("importer", "demo"),
    ),
    views=Views(
        columns=(
            TrackingPurposes.purpose,
            TrackingPurposes.active,
            TrackingPurposes.legal_basis,
            TrackingPurposes.data,
            TrackingPurposes.roles,
            TrackingPurposes.keep_days,
        ),
        title=(TrackingPurposes.purpose,),
        sort=(TrackingPurposes.purpose,),
        icon="current-location",
    ),
    rules=(prepared_before_use, within_the_purpose),
    unique=(Unique(fields=(TrackingPurposes.purpose,), message=_("The purpose stands here already.")),),
)
