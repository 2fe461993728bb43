"""Identifiers of the trade: chassis numbers, plates and organisation numbers, understood and normalised."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from stdnum.exceptions import ValidationError
from stdnum.no import orgnr

from directapp.declare.reading import BadValueError, clean_code, code_key
from directapp.kernel.text import Text, _

_VIN = re.compile(r"[A-HJ-NPR-Z0-9]{17}")
_VIN_LENGTH = 17
_PLATE_SPACED = re.compile(r"([A-ZÆØÅ]{2})(\d{4,5})")
_PLATE_PERSONAL = re.compile(r"[A-ZÆØÅ0-9]{2,7}")
_PLATE_ORDINARY = re.compile(r"([A-FHJ-LNPR-VX-Z]{2}|GA)([1-9]\d{3,4})")
_TRAILING_ONLY = re.compile(r"([1-9]\d{3,4})(E[LK])")
_TRAILING_TOO = re.compile(r"([A-Z]{2}[1-9]\d{3,4})(E[LK])")
_NOISE = re.compile(r"[\s\-.·]+")
# What a scanner sends around a code: the symbology's name (]C1), Code 39's start and stop, the I before a VIN.
_SCANNED = re.compile(r"(?:\][A-Za-z]\w)?\*?(?P<code>.+?)\*?")
_SCANNED_VIN = re.compile(r"I(?P<vin>[A-HJ-NPR-Z0-9]{17})")
_ELECTRIC = frozenset({"EL", "EK", "EV", "EB", "EC", "ED", "EE", "EF", "EH"})
_CAR_DIGITS = 5

# What the API's description says of them: how they are stored, which is one way to write them.
VIN_FORM = {"type": "string", "pattern": "^[A-HJ-NPR-Z0-9]{17}$"}
PLATE_FORM = {"type": "string", "pattern": "^[A-ZÆØÅ0-9]{2,7}$"}
ORDER_FORM = {"type": "string", "pattern": "^[0-9A-Za-z]{1,40}$"}
ORGANISATION_FORM = {"type": "string", "pattern": "^[89][0-9]{8}$", "description": "Its last digit is a check digit."}

_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_VALUES = {
    **{str(n): n for n in range(10)},
    **dict(zip("ABCDEFGH", range(1, 9), strict=True)),
    **dict(zip("JKLMN", range(1, 6), strict=True)),
    **dict(zip("PR", (7, 9), strict=True)),
    **dict(zip("STUVWXYZ", range(2, 10), strict=True)),
}


def show_plate(plate: str) -> str:
    """Return a stored plate with the space that people read it by."""
    match = _PLATE_SPACED.fullmatch(plate)
    return f"{match[1]} {match[2]}" if match else plate


class PlateKind(StrEnum):
    """What the shape of a plate tells about the vehicle; it is inferred, never demanded."""

    CAR = "car"
    MOTORCYCLE_OR_TRAILER = "motorcycle_or_trailer"
    ELECTRIC = "electric"
    HYDROGEN = "hydrogen"
    GAS = "gas"
    PERSONAL = "personal"


@dataclass(frozen=True, slots=True)
class Plate:
    """An understood plate: its stored value, its kind, and what was understood where it was written oddly."""

    value: str
    kind: PlateKind
    understood: Text | None = None

    @property
    def shown(self) -> str:
        """The plate as it stands on the car: ``EL 12345``."""
        return show_plate(self.value)


def _compact(value: Any) -> str:
    """Return a code as it is compared: upper case, without a scanner's signs and without what parts its signs."""
    found = _SCANNED.fullmatch(_NOISE.sub("", clean_code(value)))
    return found["code"].upper() if found else ""


def parse_vin(value: Any) -> str:
    """Return a chassis number as stored: upper case, no spaces, 17 characters of ISO 3779.

    Raises:
        BadValueError: it cannot be a chassis number.

    """
    vin = _compact(value)
    vin = found["vin"] if (found := _SCANNED_VIN.fullmatch(vin)) else vin
    if len(vin) != _VIN_LENGTH:
        raise BadValueError(
            _("A VIN has 17 characters; this has {length}.").fill(length=len(vin)),
        )
    if _VIN.fullmatch(vin) is None:
        raise BadValueError(
            _("A VIN holds only digits and the letters A–Z without I, O and Q."),
        )
    return vin


# What people write where there is none; a personal plate could have it, and has to be without.
_NO_PLATE = frozenset({"INGEN", "UKJENT", "MANGLER", "NONE", "UNKNOWN"})


def check_digit(vin: str) -> str:
    """Return the check digit that a North American VIN would carry in its ninth place."""
    rest = sum(_VALUES[c] * w for c, w in zip(vin, _WEIGHTS, strict=True)) % 11
    return "X" if rest == 10 else str(rest)  # noqa: PLR2004 - the standard writes ten as X


def vin_warning(vin: str) -> Text | None:
    """Say that the check digit does not fit; information only, as European makers do not use it."""
    if vin[8] == check_digit(vin):
        return None
    return _("The check digit does not fit. That is common on European cars; do look over the number.")


def parse_plate(value: Any) -> Plate:
    """Understand a licence plate, also with the trailing EL or EK that papers in the trade use.

    Raises:
        BadValueError: it fits neither the ordinary nor the personal shape.

    """
    written = _compact(value)
    if match := _TRAILING_ONLY.fullmatch(written):
        return _understood(match[2] + match[1], written)
    if match := _TRAILING_TOO.fullmatch(written):
        return _understood(match[1], written)
    if written in _NO_PLATE:
        raise BadValueError(
            _("“{written}” is no plate. Leave the field empty where the car has none.").fill(written=written),
        )
    if _PLATE_PERSONAL.fullmatch(written) is None:
        raise BadValueError(
            _(
                "“{written}” is not a valid plate: two letters and four or five digits, or two to seven "
                "characters on a personal plate."
            ).fill(written=written),
        )
    return Plate(written, _kind_of(written))


def _understood(plate: str, written: str) -> Plate:
    note = _("“{written}” was understood as {plate}.")
    return Plate(plate, _kind_of(plate), note.fill(written=written, plate=show_plate(plate)))


def _kind_of(plate: str) -> PlateKind:
    match = _PLATE_ORDINARY.fullmatch(plate)
    if match is None:
        return PlateKind.PERSONAL
    letters, digits = match[1], match[2]
    if letters in _ELECTRIC:
        return PlateKind.ELECTRIC
    named = {"HY": PlateKind.HYDROGEN, "GA": PlateKind.GAS}
    by_length = PlateKind.CAR if len(digits) == _CAR_DIGITS else PlateKind.MOTORCYCLE_OR_TRAILER
    return named.get(letters, by_length)


def plate_kind(plate: str) -> PlateKind:
    """Infer the kind of a stored plate."""
    return _kind_of(plate)


def plate_value(value: Any) -> str:
    """Return a plate as stored, for the field's own ``parse``."""
    return parse_plate(value).value


def parse_order_number(value: Any) -> str:
    """Return an order number as stored: text without spaces at or inside it, upper case.

    Raises:
        BadValueError: nothing is left of it.

    """
    number = re.sub(r"\s+", "", clean_code(value)).upper()
    if not code_key(number):
        raise BadValueError(_("The order number is empty."))
    return number


def parse_org_number(value: Any) -> str:
    """Return a Norwegian organisation number as nine digits, with or without spaces, NO and MVA.

    Raises:
        BadValueError: the length or the check digit does not fit.

    """
    number = _compact(value).removeprefix("NO").removesuffix("MVA")
    try:
        return str(orgnr.validate(number))
    except ValidationError:
        raise BadValueError(
            _("Must be a valid Norwegian organisation number: nine digits."),
        ) from None


@dataclass(frozen=True, slots=True)
class Code:
    """What somebody scanned or typed to find a car: a chassis number or a plate."""

    field: str
    value: str


def parse_code(value: Any) -> Code:
    """Understand a scanned or typed code as a VIN where it has 17 characters, else as a plate.

    Raises:
        BadValueError: it is neither.

    """
    compact = _compact(value)
    if len(compact) >= _VIN_LENGTH - 1:
        return Code("vin", parse_vin(compact))
    return Code("license_plate", plate_value(value))
