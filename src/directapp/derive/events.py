"""The registry of events in words: what each is about, what it carries, and in which kinds. Pure: Spec to text."""

from directapp.declare.events import Event
from directapp.declare.kinds import Kind
from directapp.declare.spec import Spec
from directapp.kernel.languages import DEFAULT

_HEAD = """\
# Events, in load order: name, collection, label in Norwegian and English; then what they carry, with its kind.
# Webhooks, rules and notifications choose from those that are not internal.
"""
# Who did it, by name and id; and the act that it belongs to.
_ALWAYS = {"actor": Kind.STRING, "user": Kind.REF, "act": Kind.REF}


def events_text(spec: Spec) -> str:
    """Return the whole registry, two lines for each event."""
    return _HEAD + "".join(_lines(spec, event) for event in spec.events.values())


def carried(spec: Spec, event: Event) -> dict[str, Kind]:
    """Return what an event carries, by name: what its writes always tell, what was before them, and its own values."""
    meta = spec[event.collection]
    status = meta.fields.get("status")
    written = [emit for emit in meta.declared.events if emit.event == event and not emit.deletion]
    deleted = any(emit.event == event and emit.deletion for emit in meta.declared.events)
    by_write = bool(written) or (event in meta.events and not deleted)
    was = [*event.was, *(f.name for f in meta.stored if deleted and f.points_to)]
    return {
        **_ALWAYS,
        **({"version": Kind.INTEGER} if by_write else {}),
        **({"from": status.kind, "to": status.kind} if by_write and status else {}),
        **{f"was.{name}": meta.fields[name].kind for name in was},
        **dict(event.payload),
    }


def _lines(spec: Spec, event: Event) -> str:
    internal = " · internal" if event.internal else ""
    values = ", ".join(f"{name} {kind.value}" for name, kind in carried(spec, event).items())
    label = f"{event.label.pick(DEFAULT)} · {event.label.english}"
    return f"{event.name} · {event.collection} · {label}{internal}\n    {values}\n"
