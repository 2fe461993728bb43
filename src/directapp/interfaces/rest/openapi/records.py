"""Records in the OpenAPI document: as they are answered, and as they are written.

What is written is described as strictly as it is judged: what fits is refused only for what the record's state, the
caller's rights or other records say.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from directapp.declare.fields import MAX_LENGTH, Field
from directapp.declare.kinds import Kind
from directapp.declare.spec import CollectionMeta, Spec

Schema = dict[str, Any]

LARGEST_VERSION = 999_999_999
# Signs that nobody sees, which free text is refused with. Spelt out: not every reader of patterns knows \p{Cf}.
_UNSEEN = (
    r"\u007f-\u009f\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    r"\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff"
)
_LINE = rf"[^\u0000-\u001f{_UNSEEN}]"
_PRINTED = rf"[^\u0000-\u0020\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000{_UNSEEN}]"
_LINES = rf"(?:[\t\n]|{_LINE})"
_CALENDAR = "^(?:19[0-9]{2}|2[01][0-9]{2})-"
_LARGEST_INTEGER = 2**31 - 1
_WHOLE_DIGITS = {Kind.DECIMAL: 8, Kind.MONEY: 10}
_MONEY = {"type": "string", "pattern": r"^-?[0-9]+\.[0-9]{2}$", "examples": ["349900.00"]}
_UUID: Schema = {"type": "string", "format": "uuid"}
_ANSWERED: dict[Kind, Schema] = {
    Kind.STRING: {"type": "string"},
    Kind.TEXT: {"type": "string"},
    Kind.CHOICE: {"type": "string"},
    Kind.CHOICES: {"type": "array", "items": {"type": "string"}},
    Kind.BOOLEAN: {"type": "boolean"},
    Kind.INTEGER: {"type": "integer"},
    Kind.DECIMAL: _MONEY,
    Kind.MONEY: _MONEY,
    Kind.DATE: {"type": "string", "format": "date"},
    Kind.INSTANT: {"type": "string", "format": "date-time"},
    Kind.REF: _UUID,
    Kind.REFS: {"type": "array", "items": _UUID},
    Kind.JSON: {},
    Kind.EMAIL: {"type": "string"},
    Kind.PHONE: {"type": "string"},
}
_WRITTEN: dict[Kind, Schema] = {
    Kind.STRING: {"type": "string", "pattern": rf"^{_LINE}*$"},
    Kind.TEXT: {"type": "string", "pattern": rf"^{_LINES}*$"},
    Kind.CHOICE: {"type": "string", "pattern": rf"^{_LINE}*$"},
    Kind.CHOICES: {"type": "array", "maxItems": 40, "items": {"type": "string", "maxLength": 40}},
    Kind.DATE: {"type": "string", "format": "date", "pattern": _CALENDAR},
    Kind.INSTANT: {
        "type": "string",
        "format": "date-time",
        "pattern": rf"{_CALENDAR}[0-9-]{{5}}[Tt][0-9:]{{6}}[0-5][0-9](?:\.[0-9]{{1,9}})?(?:[Zz]|[+-][0-9:]+)$",
    },
    Kind.REFS: {"type": "array", "items": _UUID, "maxItems": 200},
    Kind.JSON: {"type": ["array", "boolean", "number", "object", "string"]},
    Kind.EMAIL: {"type": "string", "format": "email"},
    Kind.PHONE: {
        "type": "string",
        "pattern": r"^\+(?:47[49][0-9]{7}|467[02369][0-9]{7}|45[2-9][0-9]{7})$",
        "examples": ["+4799999999"],
    },
}
_KINDS_PRINTED = {Kind.STRING: rf"^{_LINE}*{_PRINTED}{_LINE}*$", Kind.TEXT: rf"^{_LINES}*{_PRINTED}{_LINES}*$"}
_BASE: Schema = {
    "type": "object",
    "description": "Changed fields as the writer saw them: those that nobody else changed since answer no 409 STALE.",
}
_ALWAYS = frozenset({"id", "version", "created_at", "updated_at"})


def version_schema() -> Schema:
    """Return how the version that a writer saw is written."""
    words = "The version the writer saw; another one answers 409 STALE."
    return {"type": "integer", "minimum": 0, "maximum": LARGEST_VERSION, "description": words}


def record_schemas(spec: Spec) -> dict[str, Schema]:
    """Return the schemas of every collection: answered, created, and changed alone or among many."""
    found: dict[str, Schema] = {}
    for meta in spec.exposed:
        found[meta.name] = {
            "type": "object",
            "title": meta.declared.label.english,
            "description": meta.declared.notes or meta.declared.plural.english,
            "properties": {f.name: answered(spec, meta, f) for f in meta.fields.values() if not f.secret},
        }
        writable = [f for f in meta.fields.values() if f.writable and f.name != "id"]
        new = [f.name for f in writable if f.required and f.default is None]
        properties = {f.name: written(f) for f in writable}
        found[f"{meta.name}_create"] = _object(properties, new)
        properties = {f.name: written(f) for f in writable if not f.immutable} | _stated(meta) | {"base": _BASE}
        found[f"{meta.name}_update"] = _object(properties)
        found[f"{meta.name}_update_each"] = _object({"id": _UUID, **properties}, ["id"])
    return found


def body_of(fields: Iterable[Field], *, version: bool) -> Schema:
    """Return the schema of the parameters of an act."""
    params = list(fields)
    found = _object({p.name: written(p) for p in params}, [p.name for p in params if p.required])
    if version and "version" not in found["properties"]:
        found["properties"]["version"] = version_schema()
    return found


def _object(properties: Schema, required: Iterable[str] = ()) -> Schema:
    names = list(required)
    found: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return found | ({"required": names} if names else {})


def _stated(meta: CollectionMeta) -> Schema:
    flow = meta.declared.workflow
    if flow is None:
        return {"version": version_schema()}
    codes = [s.code for s in flow.states]
    return {
        "status": {"type": "string", "enum": codes, "description": "Judged as a step."},
        "version": version_schema(),
    }


def answered(spec: Spec, meta: CollectionMeta, item: Field) -> Schema:
    """Return how a field is answered."""
    found = dict(_ANSWERED[item.kind])
    if item.kind is Kind.DECIMAL:
        found = {
            "type": "string",
            "pattern": rf"^-?[0-9]+\.[0-9]{{{item.scale}}}$",
            "examples": [f"{12:.{item.scale}f}"],
        }
    codes = [c.code for c in item.choices]
    if item.name == "status" and meta.declared.workflow is not None:
        codes = [s.code for s in meta.declared.workflow.states]
    if codes and item.kind is Kind.CHOICES:
        found["items"] = {"type": "string", "enum": codes}
    elif codes:
        found["enum"] = codes
    target = spec.get(item.points_to) if item.points_to else None
    if target is not None and target.declared.exposed and item.name != "id":
        found = {"anyOf": [found, {"$ref": f"#/components/schemas/{target.name}"}, {"type": "null"}]}
    elif item.name not in _ALWAYS:
        found = _or_nothing(found)
    return found | _said(item)


def written(item: Field, *, empty: bool = True) -> Schema:
    """Return how a field is written; ``empty``: where it need not have a value it may be given none."""
    found = dict(item.form or _WRITTEN.get(item.kind) or _ANSWERED[item.kind])
    if found.get("type") == "string" and item.form is None:
        found |= _within(item)
    if item.kind is Kind.INTEGER:
        lowest, highest = item.minimum, item.maximum
        found["minimum"] = -_LARGEST_INTEGER if lowest is None else int(lowest)
        found["maximum"] = _LARGEST_INTEGER if highest is None else int(highest)
    elif item.kind in _WHOLE_DIGITS:
        found["pattern"] = _decimals(item)
    codes = [c.code for c in item.choices]
    if codes and item.kind is Kind.CHOICES:
        found["items"], found["uniqueItems"] = {"type": "string", "enum": codes}, True
        del found["maxItems"]
    elif codes:
        found = {"type": "string", "enum": codes}
    elif item.kind is Kind.CHOICES:
        found["items"] = {"pattern": rf"^{_LINE}*$", **found["items"]}
    if item.required and item.kind in {Kind.CHOICES, Kind.REFS}:
        found["minItems"] = 1
    if not item.required and empty:
        found = _or_nothing(found)
    return found | _said(item)


def _within(item: Field) -> Schema:
    found: Schema = {}
    longest = item.max_length or MAX_LENGTH.get(item.kind)
    if longest is not None:
        found["maxLength"] = longest
    if item.required and item.kind in _KINDS_PRINTED:
        found["pattern"] = _KINDS_PRINTED[item.kind]
    return found


def _decimals(item: Field) -> str:
    """Return the pattern of amounts within a field's bounds, which are whole numbers, the lower one nought or less."""
    most = _WHOLE_DIGITS[item.kind]
    sign = "-?" if item.minimum is None or item.minimum < 0 else ""
    parts = rf"\.[0-9]{{{item.scale}}}"
    whole = rf"[0-9]{{1,{most}}}{parts}" if item.maximum is None else up_to(item.maximum, item.scale)
    return rf"^{sign}(?:{whole})$"


def up_to(highest: Decimal | int, scale: int = 2) -> str:
    """Return the pattern of the amounts with so many decimals from nought to a whole number."""
    digits, end = str(int(highest)), rf"\.[0-9]{{{scale}}}"
    parts = [rf"{digits}\.{'0' * scale}"]
    for place, digit in enumerate(digits):
        left = len(digits) - place - 1
        if digit != "0":
            rest = f"[0-9]{{{left}}}" if left else ""
            parts.append(rf"{digits[:place]}[0-{int(digit) - 1}]{rest}{end}")
    if len(digits) > 1:
        parts.append(rf"[0-9]{{1,{len(digits) - 1}}}{end}")
    return "|".join(parts)


def _or_nothing(found: Schema) -> Schema:
    if "type" not in found:
        return found if not found or "anyOf" not in found else {"anyOf": [*found["anyOf"], {"type": "null"}]}
    types = found["type"] if isinstance(found["type"], list) else [found["type"]]
    more = {"enum": [*found["enum"], None]} if "enum" in found else {}
    return found | {"type": [*types, "null"]} | more


def _said(item: Field) -> Schema:
    found: Schema = {"title": item.label.english}
    words = [item.help.english] if item.help else []
    words += [f"In {item.unit}."] if item.unit else []
    words += [f"Points to {item.ref}."] if item.ref else []
    if words:
        found["description"] = " ".join(words)
    if item.computed:
        found["readOnly"] = True
    return found
