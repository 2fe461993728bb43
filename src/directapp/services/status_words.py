"""A status that is written by name: judged as a step, never as a field."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from directapp.declare.spec import CollectionMeta
from directapp.declare.workflow import Workflow
from directapp.kernel.errors import ConflictError, InvalidError, Problem
from directapp.kernel.text import _

_UNKNOWN = _("There is no status “{status}”.")
_BY_FACT = _("The status follows by itself. Set {label} ({field}) instead.")
_BY_VERB = _("Use the action “{label}” ({verb}).")
_NO_STEP = _("Cannot go from {origin} to {to}.")


def as_facts(flow: Workflow, asked: object, present: object, patch: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Return the patch with the fact that a person-made status stands for.

    Raises:
        InvalidError: there is no such status.

    """
    if flow.state(asked) is None:
        raise InvalidError(Problem(_UNKNOWN.fill(status=asked), field="status"))
    fact = dict(flow.words).get(str(asked))
    if fact is None or asked == present:
        return dict(patch)
    return {**patch, fact: patch.get(fact) or now}


def demand_reached(meta: CollectionMeta, flow: Workflow, asked: object, visited: tuple[str, ...]) -> None:
    """Refuse a status by name that the facts of the same write do not lead to.

    Raises:
        ConflictError: what to set, or which verb to use, instead.

    """
    if asked in visited:
        return
    present, wanted = visited[0], str(asked)
    step = flow.step_to(present, wanted)
    verb = next((v for v in meta.declared.verbs if v.to == wanted), None)
    if verb is not None:
        text = _BY_VERB.fill(label=verb.label, verb=verb.name)
    elif step is not None and step.fact is not None:
        text = _BY_FACT.fill(label=meta.fields[step.fact].label, field=step.fact)
    else:
        text = _NO_STEP.fill(origin=flow.label(present), to=flow.label(wanted))
    raise ConflictError(Problem(text, field="status"))


def first_status(flow: Workflow, asked: object, *, system: bool) -> str:
    """Return the status a new record begins in.

    Raises:
        InvalidError: there is no such status.
        ConflictError: a record is not created in it.

    """
    if asked is None or asked in flow.entries:
        return flow.initial
    if flow.state(asked) is None:
        raise InvalidError(Problem(_UNKNOWN.fill(status=asked), field="status"))
    if system:
        return str(asked)
    text = _NO_STEP.fill(origin=flow.label(flow.initial), to=flow.label(asked))
    raise ConflictError(Problem(text, field="status"))
