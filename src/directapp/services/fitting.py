"""Fitting: rows from outside made such that the ledger can hold them, whatever stands in a cell."""

import math
import re
from collections.abc import Mapping
from typing import Any

import orjson

from directapp.services.incoming import UNSTORABLE, Raw

_LONGEST, _SHOWN, _LONGEST_NAME = 12_000, 300, 200
_MOST_BYTES = 150_000
_DEEPEST = 20
_LARGEST_WHOLE = 2**63
_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")


def fitted(raw: Raw) -> Raw:
    """Return a row with what cannot be stored put as ``{"is": UNSTORABLE, "text": what can be shown}``.

    That is NUL and halves of characters, numbers no JSON knows, and what is too long or nested too deep.
    """
    data = {_name(name): _cell(value) for name, value in raw.data.items()}
    while len(packed := orjson.dumps(data, default=str)) > _MOST_BYTES:
        longest = max(data, key=lambda name: len(orjson.dumps(data[name], default=str)))
        if len(orjson.dumps(data[longest], default=str)) <= 2 * _SHOWN:
            return Raw(raw.collection, raw.number, {"": _unstorable(packed.decode()[:_SHOWN])})
        data[longest] = _unstorable(str(data[longest]))
    return Raw(raw.collection, raw.number, data)


def _name(name: Any) -> str:
    return _UNKEEPABLE.sub("\ufffd", str(name))[:_LONGEST_NAME]


def _cell(value: Any) -> Any:
    return value if _keepable(value, _DEEPEST) else _unstorable(value if isinstance(value, str) else repr(value))


def _keepable(value: Any, deeper: int) -> bool:
    if isinstance(value, str):
        return len(value) <= _LONGEST and _UNKEEPABLE.search(value) is None
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, int) or value is None:
        return abs(value or 0) < _LARGEST_WHOLE
    if isinstance(value, Mapping):
        return deeper > 0 and all(_keepable(k, 0) and _keepable(v, deeper - 1) for k, v in value.items())
    return isinstance(value, list | tuple) and deeper > 0 and all(_keepable(v, deeper - 1) for v in value)


def _unstorable(text: str) -> dict[str, str]:
    shown = _UNKEEPABLE.sub(lambda sign: "\u2400" if sign[0] == "\0" else "\ufffd", text[: _SHOWN + 1])
    return {"is": UNSTORABLE, "text": shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"}
