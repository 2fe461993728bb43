"""The choices that fields of vehicles and drivers offer, in the trade's words."""

from directapp.declare.fields import choices
from directapp.declare.workflow import Phase, State
from directapp.kernel.text import _, pgettext

OWNERSHIPS = choices(("owned", _("Owned")), ("leased", _("Leased")), ("rented", _("Rented")))
CLASSIFICATIONS = choices(
    ("assigned", pgettext("vehicle", "Assigned")),
    ("on_call", _("On call")),
    ("pool", _("Pool")),
    ("loaner", _("Loaner")),
    ("demo", _("Demo")),
    ("equipment", _("Equipment")),
)
# What may be reserved by the hour.
SHARED = ("pool", "loaner", "on_call")
PLUGS = choices(("type2", _("Type 2")), ("ccs2", _("CCS")), ("chademo", _("CHAdeMO")))


def _state(code: str, label: object, phase: Phase, *, locked: bool = False) -> State:
    return State(code=code, label=label, phase=phase, locked=locked)  # type: ignore[arg-type]


COMING = Phase(code="coming", label=_("Coming"), hue="steel")
OPERATING = Phase(code="operating", label=_("In operation"), hue="green")
WORKSHOP = Phase(code="workshop", label=_("At the workshop"), hue="violet", aside=True)
STANDING = Phase(code="standing", label=_("Out of service"), hue="red", aside=True)
LEAVING = Phase(code="leaving", label=_("Leaving"), hue="orange")
GONE = Phase(code="gone", label=_("Gone"), hue="grey")

STATES: tuple[State, ...] = (
    _state("planned", pgettext("vehicle", "Planned"), COMING),
    _state("commissioning", _("Being prepared"), COMING),
    _state("active", _("In operation"), OPERATING),
    _state("in_workshop", _("At the workshop"), WORKSHOP),
    _state("out_of_service", _("Out of service"), STANDING),
    _state("defleeting", _("Being phased out"), LEAVING),
    _state("sold", pgettext("vehicle", "Sold"), GONE, locked=True),
    _state("retired", _("Retired"), GONE, locked=True),
)

SOURCES = choices(
    ("manual", _("Read off")),
    ("hand_over", _("Hand-over")),
    ("workshop", _("Workshop")),
    ("meter_change", _("Meter changed")),
    ("import", _("Import")),
)
DOUBTS = choices(
    ("backwards", _("It says less than before")),
    ("ahead", _("It says more than a later reading")),
    ("too_far", _("More than 2,000 km a day")),
)
STANDINGS = choices(
    ("active", pgettext("driver", "Active")),
    ("on_leave", _("On leave")),
    ("suspended", pgettext("driver", "Suspended")),
    ("left", pgettext("driver", "Left")),
)
# Licence classes first: which of them a type of vehicle needs.
LICENCES = {
    "licence_b": _("Licence class B"),
    "licence_be": _("Licence class BE"),
    "licence_c1": _("Licence class C1"),
    "licence_c": _("Licence class C"),
    "licence_ce": _("Licence class CE"),
    "licence_d1": _("Licence class D1"),
    "licence_d": _("Licence class D"),
    "licence_a": _("Licence class A"),
    "licence_t": _("Licence class T"),
}
CERTIFICATES = choices(
    *LICENCES.items(),
    ("code_95", _("Professional competence (code 95)")),
    ("driver_card", _("Driver card")),
    ("adr", _("ADR")),
    ("medical", _("Medical certificate")),
    ("forklift", _("Truck operator’s certificate")),
    ("machine", _("Machine operator’s certificate")),
    ("emergency", _("Emergency driving (code 160)")),
)
# Any one of each set is needed to drive the type.
NEEDED: dict[str, tuple[frozenset[str], ...]] = {
    **dict.fromkeys(
        ("sedan", "suv", "van", "pickup", "specialty"),
        (frozenset({"licence_b", "licence_be", "licence_c1", "licence_c", "licence_ce", "licence_d1", "licence_d"}),),
    ),
    "truck": (frozenset({"licence_c1", "licence_c", "licence_ce"}), frozenset({"code_95"})),
    "bus": (frozenset({"licence_d1", "licence_d"}), frozenset({"code_95"})),
    "motorcycle": (frozenset({"licence_a"}),),
    "tractor": (frozenset({"licence_t", "licence_b", "licence_be", "licence_c1", "licence_c", "licence_ce"}),),
    "forklift": (frozenset({"forklift"}),),
    "construction": (frozenset({"machine"}),),
    "emergency": (frozenset({"licence_b", "licence_be", "licence_c1", "licence_c"}), frozenset({"emergency"})),
}
KINDS = choices(
    ("designated", _("Designated")),
    ("on_call", _("On call")),
    ("temporary", _("Temporary")),
)
