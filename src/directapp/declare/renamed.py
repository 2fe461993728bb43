"""Renamed: the declarations with a company's own names and colours of statuses."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from directapp.declare.collection import Collection
from directapp.declare.fields import Choice, Field
from directapp.declare.spec import CollectionMeta, Spec
from directapp.declare.workflow import State, Workflow
from directapp.kernel.languages import languages
from directapp.kernel.text import Name, Text

Names = Mapping[str, Mapping[str, Any]]


def renamed(spec: Spec, names: Names) -> Spec:
    """Return the declarations with a company's names: by collection, labels of statuses and hues of phases."""
    changed = {
        name: CollectionMeta(_renamed(meta.declared, flow, own))
        for name, own in names.items()
        if (meta := spec.get(name)) is not None and (flow := meta.declared.workflow) is not None
    }
    return spec.with_metas(changed) if changed else spec


def _renamed(collection: Collection, flow: Workflow, own: Mapping[str, Any]) -> Collection:
    labels, hues = own.get("labels") or {}, own.get("hues") or {}
    phases = {s.phase.code: replace(s.phase, hue=hues.get(s.phase.code, s.phase.hue)) for s in flow.states}
    states = tuple(
        replace(s, label=_label(s.label, labels.get(s.code) or {}), phase=phases[s.phase.code]) for s in flow.states
    )
    by_code = {s.code: s for s in states}
    groups = tuple(replace(g, fields=tuple(_field(f, by_code) for f in g.fields)) for g in collection.groups)
    return replace(collection, workflow=replace(flow, states=states), groups=groups)


def _label(label: Text, names: Mapping[str, str]) -> Text:
    """Return a label with a company's words in the languages that it has any in."""
    if not names:
        return label
    return Name(tuple((language, names.get(language) or label.pick(language)) for language in languages()))


def _field(item: Field, states: Mapping[str, State]) -> Field:
    """Return a field that holds a status with the names of the statuses; any other as it is."""
    if not item.choices or not all(choice.code in states for choice in item.choices):
        return item
    found = (states[choice.code] for choice in item.choices)
    return replace(item, choices=tuple(Choice(s.code, s.label, s.phase.hue) for s in found))
