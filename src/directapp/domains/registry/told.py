"""What a look-up is answered with, to programs and assistants."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from directapp.domains.registry.found import line_in
from directapp.domains.registry.lookups import Kept, Looked
from directapp.domains.registry.preview import Change
from directapp.kernel.errors import DirectAppError
from directapp.kernel.languages import Language


def told(looked: Looked, kept: Kept, changes: Iterable[Change], language: Language) -> dict[str, Any]:
    """Return an answer as JSON has it: what was asked, what each field would become, and further lines."""
    return {
        "id": str(kept.id),
        "asked": {"kind": looked.code.kind, "value": looked.code.value},
        "source": kept.source,
        "fetched_at": _moment(kept.fetched_at),
        "expires_at": _moment(kept.expires_at),
        "problem": _problem(looked.problem, language),
        "fields": [_field(change, language) for change in changes],
        "details": [dict(zip(("label", "value"), line_in(line, language), strict=True)) for line in kept.details],
    }


def _problem(problem: DirectAppError | None, language: Language) -> dict[str, str] | None:
    return None if problem is None else {"code": problem.code, "message": problem.problems[0].message.pick(language)}


def _field(change: Change, language: Language) -> dict[str, Any]:
    return {
        "field": change.field.name,
        "label": change.field.label.pick(language),
        "unit": change.field.unit,
        "now": change.now,
        "now_source": change.now_source,
        "value": change.value,
        "source": change.source,
        "fetched_at": change.at,
        "state": change.state,
        "suggested": change.suggested,
    }


def _moment(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
