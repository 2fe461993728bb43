"""Values that only people's collections have: colours, goals, limits and brand lists."""

import re
from typing import Any

from directapp.declare.fields import Choice
from directapp.declare.reading import BadValueError, read_number
from directapp.declare.workflow import HUES
from directapp.domains.people.roles import LABELS
from directapp.kernel.dates import SHORT_WEEKDAYS, WEEKDAYS
from directapp.kernel.languages import languages
from directapp.kernel.text import _, in_every_language

_HEX = re.compile(r"#?([0-9a-f]{6}|[0-9a-f]{3})")
_CODE = re.compile(r"[a-z][a-z0-9_]{0,59}")
_LONGEST_GOAL = 24 * 366
_HIGHEST_LIMIT = 100_000_000
_MOST_BRANDS = 40
_LONGEST_BRAND = 60


_COLOUR_FORM = {"type": ["string", "null"], "pattern": "^#[0-9a-f]{6}$"}
COLOURS_FORM = {
    "type": "object",
    "properties": {"primary": _COLOUR_FORM, "secondary": _COLOUR_FORM},
    "additionalProperties": False,
}
_CODES_FORM = {"pattern": f"^{_CODE.pattern}$"}
_HOURS_FORM = {"type": "number", "exclusiveMinimum": 0, "maximum": _LONGEST_GOAL}
GOALS_FORM = {
    "type": "object",
    "propertyNames": _CODES_FORM,
    "additionalProperties": {
        "anyOf": [
            {**_HOURS_FORM, "maximum": _LONGEST_GOAL // 2},
            {
                "type": "object",
                "description": "Red is no earlier than yellow.",
                "properties": {"yellow": _HOURS_FORM, "red": _HOURS_FORM},
                "required": ["yellow", "red"],
                "additionalProperties": False,
            },
        ]
    },
}
LIMITS_FORM = {
    "type": "object",
    "propertyNames": {"enum": sorted(LABELS)},
    "additionalProperties": {"type": ["integer", "null"], "minimum": 0, "maximum": _HIGHEST_LIMIT},
}
BRANDS_FORM = {"type": "array", "maxItems": _MOST_BRANDS, "items": {"type": "string", "maxLength": _LONGEST_BRAND}}


_LONGEST_NAME = 40
_NAME_FORM = {"type": "string", "maxLength": _LONGEST_NAME}
STATUSES_FORM = {
    "type": "object",
    "propertyNames": _CODES_FORM,
    "additionalProperties": {
        "type": "object",
        "properties": {
            "labels": {
                "type": "object",
                "propertyNames": _CODES_FORM,
                "additionalProperties": {"type": "object", "additionalProperties": _NAME_FORM},
            },
            "hues": {"type": "object", "propertyNames": _CODES_FORM, "additionalProperties": {"enum": list(HUES)}},
        },
        "additionalProperties": False,
    },
}


_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAYS = tuple(Choice(code, label) for code, label in zip(_DAYS, WEEKDAYS, strict=True))
_CALLED = {
    name.casefold(): code
    for code, *labels in zip(_DAYS, WEEKDAYS, SHORT_WEEKDAYS, strict=True)
    for name in (code, *(word.removesuffix(".") for label in labels for word in in_every_language(label)))
}
_OPEN = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d-(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)")
OPENING_HOURS_FORM = {
    "type": "object",
    "propertyNames": {"enum": list(_DAYS)},
    "additionalProperties": {
        "type": "string",
        "pattern": f"^{_OPEN.pattern}$",
        "description": "From earlier to later.",
    },
}


def parse_opening_hours(value: Any) -> dict[str, str]:
    """Return when a site is open, by day: ``{"mon": "07:00-16:00"}``; a day that is missing is closed.

    Days are understood by their codes and names in every language.

    Raises:
        BadValueError: it is something else.

    """
    said = {str(day).strip().removesuffix(".").casefold(): spoken for day, spoken in value.items()}
    hours = {_CALLED.get(day, day): "".join(str(spoken).split()).replace("–", "-") for day, spoken in said.items()}
    if len(hours) < len(value):
        raise BadValueError(_("Each day stands there once."))
    for day, spoken in hours.items():
        start, _dash, end = spoken.partition("-")
        if day not in _DAYS or _OPEN.fullmatch(spoken) is None or end <= start:
            raise BadValueError(
                _("“{written}” cannot be read; write for example Monday: 07:00-16:00.").fill(
                    written=f"{day}: {spoken}"[:60]
                )
            )
    return {day: hours[day] for day in _DAYS if day in hours}


def parse_statuses(value: Any) -> dict[str, dict[str, Any]]:
    """Return what a company calls the statuses of its collections, by language, and the colours of their phases.

    Raises:
        BadValueError: it is something else.

    """
    if not isinstance(value, dict) or not all(_is_code(name) and isinstance(own, dict) for name, own in value.items()):
        raise BadValueError(_NO_STATUSES)
    return {name: {"labels": _labels(own.get("labels")), "hues": _hues(own.get("hues"))} for name, own in value.items()}


_NO_STATUSES = _('Must be {"cars": {"labels": {"planned": {"nb": "Satt opp"}}, "hues": {"planning": "teal"}}}.')


def _is_code(name: object) -> bool:
    return isinstance(name, str) and _CODE.fullmatch(name) is not None


def _labels(value: Any) -> dict[str, dict[str, str]]:
    if not isinstance(value or {}, dict):
        raise BadValueError(_NO_STATUSES)
    found = {str(code): _words(code, names) for code, names in (value or {}).items()}
    return {code: words for code, words in found.items() if words}


def _words(code: object, names: Any) -> dict[str, str]:
    """Return what a status is called, by language; a language without a name is left out."""
    if not _is_code(code) or not isinstance(names, dict) or not set(names) <= set(languages()):
        raise BadValueError(_NO_STATUSES)
    words = {language: " ".join(str(name or "").split()) for language, name in names.items()}
    if any(len(word) > _LONGEST_NAME for word in words.values()):
        raise BadValueError(_("At most {most} characters.").fill(most=_LONGEST_NAME))
    return {language: word for language, word in words.items() if word}


def _hues(value: Any) -> dict[str, str]:
    hues = value or {}
    if not isinstance(hues, dict) or not all(_is_code(code) and hue in HUES for code, hue in hues.items()):
        raise BadValueError(_NO_STATUSES)
    return hues


def parse_colours(value: Any) -> dict[str, str]:
    """Return ``{primary, secondary}`` with colours as ``#rrggbb``; either may be missing.

    Raises:
        BadValueError: it is something else.

    """
    if not isinstance(value, dict) or set(value) - {"primary", "secondary"}:
        raise BadValueError(
            _('Must be {"primary": "#001e50", "secondary": "#c2fe06"}.'),
        )
    return {name: _colour(colour) for name, colour in value.items() if colour is not None and colour != ""}


def _colour(value: object) -> str:
    match = _HEX.fullmatch(str(value).strip().lower())
    if match is None:
        raise BadValueError(_("“{value}” is not a colour; for example #001e50.").fill(value=value))
    digits = match[1]
    short = 3
    return "#" + ("".join(d * 2 for d in digits) if len(digits) == short else digits)


def parse_goals(value: Any) -> dict[str, dict[str, float]]:
    """Return hours per status: after ``yellow`` a car there is noticed, after ``red`` it is late.

    A number alone is the yellow one, and red is twice that.

    Raises:
        BadValueError: it is something else.

    """
    goals = {code: _both(goal) for code, goal in value.items()} if isinstance(value, dict) else {None: None}
    if not all(_CODE.fullmatch(str(code)) and _is_goal(goal) for code, goal in goals.items()):
        raise BadValueError(
            _('Must be hours per status, for example {"waiting_parts": {"yellow": 48, "red": 96}}.'),
        )
    late = next((g for g in goals.values() if g and g["red"] < g["yellow"]), None)
    if late is not None:
        raise BadValueError(
            _("Red ({red} h) cannot come before yellow ({yellow} h).").fill(red=late["red"], yellow=late["yellow"]),
        )
    return {str(code): goal for code, goal in goals.items() if goal is not None}


def _both(goal: Any) -> Any:
    if isinstance(goal, dict):
        return {name: _written(hours) for name, hours in goal.items()}
    hours = _written(goal)
    return {"yellow": hours, "red": 2 * hours} if isinstance(hours, int | float) else hours


def _written(value: Any) -> Any:
    """Return a number that is written out as one; what is no text stays as it is."""
    if not isinstance(value, str):
        return value
    number = read_number(value, currency=True)
    return int(number) if number == number.to_integral_value() else float(number)


def _is_goal(goal: Any) -> bool:
    return isinstance(goal, dict) and set(goal) == {"yellow", "red"} and all(map(_is_hours, goal.values()))


def _is_hours(hours: object) -> bool:
    return isinstance(hours, int | float) and not isinstance(hours, bool) and 0 < hours <= _LONGEST_GOAL


def parse_limits(value: Any) -> dict[str, int | None]:
    """Return the largest sum in whole kroner that each role approves; null is without limit.

    Raises:
        BadValueError: it is something else.

    """
    limits: dict[Any, Any] = {None: None}
    if isinstance(value, dict):
        limits = {_role(name): _written(limit) for name, limit in value.items()}
    if isinstance(value, dict) and len(limits) < len(value):
        raise BadValueError(_("A role stands twice."))
    if not all(_is_limit(code, limit) for code, limit in limits.items()):
        raise BadValueError(
            _('Must be whole kroner per role, for example {"planner": 5000}; null is without limit.'),
        )
    return limits


def _role(name: object) -> str:
    """Return the code of a role that is named by it, or by its label in any language."""
    said = " ".join(str(name).split()).casefold()
    code = next(
        (c for c, label in LABELS.items() if said in {c, *(name.casefold() for name in in_every_language(label))}), None
    )
    if code is None:
        raise BadValueError(_("“{name}” is no role.").fill(name=name))
    return code


def _is_limit(code: object, limit: object) -> bool:
    if code is None or isinstance(limit, bool):
        return False
    return limit is None or (isinstance(limit, int) and 0 <= limit <= _HIGHEST_LIMIT)


def parse_brands(value: Any) -> list[str]:
    """Return the brands, each once, whatever their case.

    Raises:
        BadValueError: there are too many, or a name is too long.

    """
    brands: dict[str, str] = {}
    for brand in filter(None, value):
        brands.setdefault(brand.casefold(), brand)
    if len(brands) > _MOST_BRANDS or any(len(brand) > _LONGEST_BRAND for brand in brands.values()):
        raise BadValueError(
            _("At most {most_brands} brands of {longest_brand} characters.").fill(
                most_brands=_MOST_BRANDS, longest_brand=_LONGEST_BRAND
            ),
        )
    return list(brands.values())
