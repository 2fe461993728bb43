"""Conditions as text: joined, guarded by roles, and reading the actor from the transaction's settings."""

from collections.abc import Sequence

from directapp.declare.rules import Who, Whose
from directapp.store.names import BRAND_SEPARATOR, ROLES, literal


def setting_value(value: str, *, each_row: bool) -> str:
    """Return a value of the transaction's settings, read once a statement or in each row.

    Where a row or few are written, reading in each costs less than to make ready what a sub-select is asked with.
    """
    return f"({value})" if each_row else f"(SELECT {value})"


def setting(value: Who | Whose, *, each_row: bool = False) -> str:
    """Return the actor's value as a policy reads it: from the transaction's settings."""
    read = f"NULLIF(current_setting('{value.value}', true), '')"
    if isinstance(value, Who):
        return setting_value(f"{read}::uuid", each_row=each_row)
    if value is Whose.SITES:
        return setting_value(f"string_to_array({read}, ',')::uuid[]", each_row=each_row) + "::uuid[]"
    return setting_value(f"string_to_array({read}, '{BRAND_SEPARATOR}')", each_row=each_row) + "::text[]"


def role_check(roles: Sequence[str], *, each_row: bool = False) -> str:
    """Return the condition that the actor holds one of these roles."""
    names = ", ".join(literal(r) for r in roles)
    return setting_value(f"{ROLES} && ARRAY[{names}]", each_row=each_row)


def join(word: str, parts: list[str]) -> str:
    """Join conditions with AND or OR, dropping what decides nothing."""
    neutral, decisive = ("true", "false") if word == "AND" else ("false", "true")
    kept = list(dict.fromkeys(p for p in parts if p != neutral))
    if decisive in kept:
        return decisive
    if not kept:
        return neutral
    return kept[0] if len(kept) == 1 else "(" + f" {word} ".join(f"({p})" if " " in p else p for p in kept) + ")"
