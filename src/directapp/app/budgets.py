"""How often which addresses may be asked for: a budget for each kind of request, by its path."""

import hashlib
import re
from dataclasses import replace
from typing import Any

from directapp.connectors.rate_limits import SUBJECTS, Budget

OFF = "off"
BUDGETS = {
    budget.name: budget
    for budget in (
        Budget(name="requests", address=6_000, person=1_200, tenant=12_000),
        Budget(name="sign_in", address=120, person=30, tenant=600),
        Budget(name="export", address=240, person=20, tenant=120),
        Budget(name="search", address=3_000, person=300, tenant=3_000),
        Budget(name="public_link", address=120, link=60),
    )
}
# Built files, and what monitors ask for, cost less than counting them.
_FREE = re.compile(r"/metrics|/static/.*|/server/(ping|health|ready)|/sw\.js|/manifest\.webmanifest")
_LINK = re.compile(r"/(status|vendor|hall|calendar|logo)/.+")
_SIGN_IN = re.compile(r"/link/.+|/sign-in/with/.+|/auth/(login|password/.*|mfa/.*)")
_FORMS_OF_SIGN_IN = re.compile(r"/sign-in(/.*)?|/forgot|/app/second-factor(/.*)?")
_EXPORT = re.compile(r"/app/.+\.(csv|xlsx|pdf)")
_PALETTE = "/app/palette"
_SEARCHED = re.compile(rb"(?:^|&)(?:q|search)=[^&]")
_SETTING = re.compile(r"(\w+)\.(\w+)=([0-9]{1,9})")


def budget_of(method: str, path: str, query: bytes) -> str | None:
    """Return the name of the budget that a request is counted in; None where it is not counted."""
    if _FREE.fullmatch(path):
        return None
    if _LINK.fullmatch(path):
        return "public_link"
    if _SIGN_IN.fullmatch(path) or (method == "POST" and _FORMS_OF_SIGN_IN.fullmatch(path)):
        return "sign_in"
    if _EXPORT.fullmatch(path):
        return "export"
    if path == _PALETTE or _SEARCHED.search(query):
        return "search"
    return "requests"


def link_of(path: str) -> str:
    """Return what a link is counted as: a digest, for the link itself is a secret."""
    return hashlib.sha256(path.encode()).hexdigest()


def read_budgets(text: str) -> dict[str, Budget]:
    """Return the budgets with what a setting changes, such as ``sign_in.address=30 export.person=5``; none for ``off``.

    Raises:
        ValueError: it cannot be read, or names what there is not.

    """
    if text.strip() == OFF:
        return {}
    budgets = dict(BUDGETS)
    for word in text.split():
        found = _SETTING.fullmatch(word)
        if found is None or found[1] not in budgets or found[2] not in SUBJECTS:
            raise ValueError(f"{word}: write BUDGET.SUBJECT=NUMBER, of {', '.join(BUDGETS)} and {', '.join(SUBJECTS)}")
        changed: dict[str, Any] = {found[2]: int(found[3])}
        budgets[found[1]] = replace(budgets[found[1]], **changed)
    return budgets
