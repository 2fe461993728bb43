"""The tools that follow from the declarations: reading, and what the person may do in some row."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from mcp_types import Tool, ToolAnnotations

from directapp.declare.fields import Field
from directapp.declare.spec import CollectionMeta, Spec
from directapp.kernel.actor import Actor
from directapp.kernel.languages import Language
from directapp.kernel.text import Text, _, join
from directapp.services.validation import writable_anywhere
from directapp.store.query import Order, Query

Schema = dict[str, Any]
MOST_TOOLS = 60
MOST_ROWS = 100
WRITES = ("create", "update", "delete")

_SEARCHES = _(
    "List rows of a collection that the person may see. filter: field, operator and value (_eq, _neq, _lt, _gte,"
    " _contains, _in, _null and others), joined by _and and _or. sort: fields, with - before a descending one. search:"
    " words anywhere. aggregate: count, sum, avg, min or max, with groupBy. Ask catalogue for the fields first."
)
_PREVIEW = _("Preview: {act} – {collection}. Writes nothing; the answer has a token for commit.")
_GROUP = _("Preview: {acts} – {collection}. Writes nothing; catalogue says what values an act takes.")
_GROUP_TITLE = _("What can be done")
# After the name of a collection: the tool of all its acts.
GROUPED = "_acts"
_ACTS: Mapping[str, Text] = {"create": _("Create"), "update": _("Change"), "delete": _("Delete")}
_TITLES: Mapping[str, Text] = {
    "catalogue": _("What there is"),
    "list": _("List rows"),
    "get": _("Read one"),
    "history": _("History of one"),
    "explain": _("Explain a right"),
    "preview": _("Preview a change"),
    "commit": _("Do what was previewed"),
}
_TOLD: Mapping[str, Text] = {
    "catalogue": _("Collections that the person may see; with collection: its fields, choices and acts."),
    "list": _SEARCHES,
    "get": _("Read one record by its id."),
    "history": _("What was changed on one record, by whom and when, newest first."),
    "explain": _("Say why the person may or may not see or change a collection, a record or a field."),
    "preview": _(
        "Show what an act would do: create, update, delete, or an act of the catalogue. Writes nothing; the answer has"
        " the changes, what stands in the way, and a token for commit that is good for ten minutes."
    ),
    "commit": _("Do exactly what a preview showed, by its token. Ask the person first."),
}


_OBJECT: Schema = {"type": "object"}
_OBJECTS: Schema = {"type": "array", "items": _OBJECT}
_TEXT: Schema = {"type": "string"}
_TEXTS: Schema = {"type": "array", "items": _TEXT}
_YES_OR_NO: Schema = {"type": "boolean"}


def _answering(required: Sequence[str], **properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(required)}


PREVIEWED = _answering(
    ("changes", "consequences", "written", "token"),
    changes=_OBJECT,
    consequences=_TEXTS,
    written={"type": "boolean", "const": False},
    token=_TEXT,
    found={},
)
_ANSWERS: Mapping[str, Schema] = {
    "catalogue": _answering(
        (), collections=_OBJECTS, collection=_TEXT, fields=_OBJECTS, statuses=_OBJECT, acts=_OBJECT
    ),
    "list": _answering(("rows",), rows=_OBJECTS, next_cursor=_TEXT),
    "get": _answering(("record",), record=_OBJECT),
    "history": _answering(("changes",), changes=_OBJECTS),
    "explain": _answering(("why",), why=_TEXTS),
    "preview": PREVIEWED,
    "commit": _answering(
        ("written", "replayed", "id", "changes"),
        written={"type": "boolean", "const": True},
        replayed=_YES_OR_NO,
        id={"type": ["string", "null"]},
        record={},
        changes=_OBJECT,
    ),
}


class Asked(Protocol):
    """A question understood."""

    @property
    def query(self) -> Query:
        """What is asked for."""

    @property
    def keys(self) -> tuple[Order, ...] | None:
        """Those of the cursor."""

    @property
    def added(self) -> tuple[str, ...]:
        """The fields that serve the cursor alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How questions are understood and written values described; handed over by the composition.

    ``parse`` takes spec, meta, actor, parameters, ``now`` and ``order``.
    """

    parse: Callable[..., Asked]
    written: Callable[[Field], Schema]


def seen(spec: Spec, actor: Actor) -> list[CollectionMeta]:
    """Return the collections that an actor may see some row of."""
    return [meta for meta in spec.exposed if meta.grants_of(actor.roles)]


def acts_of(meta: CollectionMeta, actor: Actor) -> list[str]:
    """Return what an actor may do to some row, or with the collection.

    What tells a secret, or asks for the second factor anew, is done on the pages alone.
    """
    grants = meta.grants_of(actor.roles)
    writes = [
        *(["create"] if any(grant.create for grant in grants) else []),
        *(["update"] if writable_anywhere(meta, grants, create=False) else []),
        *(["delete"] if any(grant.delete for grant in grants) else []),
    ]
    return writes + [verb.name for verb in meta.verbs_of(grants) if not verb.secrets and not verb.step_up]


def values_schema(dialect: Dialect, meta: CollectionMeta, actor: Actor, act: str) -> Schema:
    """Return what is given with an act."""
    verb = meta.verb(act)
    if verb is not None:
        items = list(verb.params)
    elif act == "delete":
        items = []
    else:
        names = writable_anywhere(meta, meta.grants_of(actor.roles), create=act == "create")
        items = [item for item in meta.stored if item.name in names]
    required = [item.name for item in items if item.required and act != "update" and item.default is None]
    schema: Schema = {
        "type": "object",
        "properties": {item.name: dialect.written(item) for item in items},
        "additionalProperties": False,
    }
    return schema | ({"required": required} if required else {})


def takes_id(meta: CollectionMeta, act: str) -> bool:
    """Whether an act is done to one record."""
    verb = meta.verb(act)
    return verb.on == "record" if verb is not None else act != "create"


def label_of(meta: CollectionMeta, act: str) -> Text:
    """Return what an act is called."""
    verb = meta.verb(act)
    return verb.label if verb is not None else _ACTS[act]


def fixed_tools(collections: list[str], language: Language) -> Iterator[Tool]:
    """Yield the tools that everybody has, over the collections that the person sees."""
    collection: Schema = {"type": "string", "enum": collections}
    record: Schema = {"type": "string", "format": "uuid"}
    listed: Schema = {"type": "array", "items": {"type": "string"}}
    number: Schema = {"type": "integer", "minimum": 1, "maximum": MOST_ROWS}
    inputs: dict[str, tuple[Schema, list[str]]] = {
        "catalogue": ({"collection": collection}, []),
        "list": (
            {
                "collection": collection,
                "filter": {"type": "object"},
                "fields": listed,
                "sort": listed,
                "search": {"type": "string", "maxLength": 200},
                "limit": number,
                "cursor": {"type": "string"},
                "aggregate": {"type": "object"},
                "groupBy": listed,
            },
            ["collection"],
        ),
        "get": ({"collection": collection, "id": record, "fields": listed}, ["collection", "id"]),
        "history": ({"collection": collection, "id": record, "limit": number}, ["collection", "id"]),
        "explain": (
            {"collection": collection, "id": record, "field": {"type": "string", "maxLength": 80}},
            ["collection"],
        ),
        "preview": (
            {
                "collection": collection,
                "act": {"type": "string", "maxLength": 80},
                "id": record,
                "values": {"type": "object"},
            },
            ["collection", "act"],
        ),
        "commit": ({"token": {"type": "string"}}, ["token"]),
    }
    for name, (properties, required) in inputs.items():
        yield Tool(
            name=name,
            title=_TITLES[name].pick(language),
            description=_TOLD[name].pick(language),
            input_schema=object_of(properties, required),
            output_schema=_ANSWERS[name],
            annotations=ToolAnnotations(
                read_only_hint=name != "commit",
                destructive_hint=name == "commit",
                idempotent_hint=True,
                open_world_hint=False,
            ),
        )


def named_tool(dialect: Dialect, meta: CollectionMeta, actor: Actor, act: str) -> Tool:
    """Return the tool of one act."""
    language, label = actor.language, label_of(meta, act)
    values = values_schema(dialect, meta, actor, act)
    properties: Schema = {"id": {"type": "string", "format": "uuid"}} if takes_id(meta, act) else {}
    if values["properties"]:
        properties["values"] = values
    required = [name for name in properties if name == "id" or "required" in values or act in WRITES]
    words = _PREVIEW.fill(act=label, collection=meta.declared.plural)
    title = f"{meta.declared.label.pick(language)}: {label.pick(language)}"
    return _previewing(f"{meta.name}_{act}", title, words.pick(language), object_of(properties, required))


def grouped_tool(meta: CollectionMeta, actor: Actor) -> Tool:
    """Return one tool for all that the person may do in a collection; catalogue says what each act takes."""
    language, acts = actor.language, acts_of(meta, actor)
    properties: Schema = {
        "act": {"type": "string", "enum": acts},
        "id": {"type": "string", "format": "uuid"},
        "values": {"type": "object"},
    }
    told = join([label_of(meta, act) for act in acts], ", ")
    words = _GROUP.fill(acts=told, collection=meta.declared.plural)
    title = f"{meta.declared.label.pick(language)}: {_GROUP_TITLE.pick(language)}"
    return _previewing(f"{meta.name}{GROUPED}", title, words.pick(language), object_of(properties, ["act"]))


def _previewing(name: str, title: str, words: str, takes: Schema) -> Tool:
    return Tool(
        name=name,
        title=title,
        description=words,
        input_schema=takes,
        output_schema=PREVIEWED,
        annotations=ToolAnnotations(
            read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
        ),
    )


def act_named(spec: Spec, actor: Actor, tool: str) -> tuple[CollectionMeta, str] | None:
    """Return the collection and the act of a tool's name, None where the actor has no such tool."""
    return next(((m, act) for m in seen(spec, actor) for act in acts_of(m, actor) if tool == f"{m.name}_{act}"), None)


def described(dialect: Dialect, meta: CollectionMeta, actor: Actor) -> Schema:
    """Return a collection as its person may see it: fields, choices, and acts with the values that each takes."""
    language, grants = actor.language, meta.grants_of(actor.roles)
    reads = frozenset[str]().union(*(meta.reads(grant) for grant in grants))
    writes = writable_anywhere(meta, grants, create=False)
    flow = meta.declared.workflow
    return {
        "collection": meta.name,
        "label": meta.declared.plural.pick(language),
        "about": meta.declared.notes,
        "fields": [
            _field(item, language, writable=item.name in writes) for item in meta.fields.values() if item.name in reads
        ],
        "statuses": {s.code: s.label.pick(language) for s in flow.states} if flow else {},
        "acts": {act: label_of(meta, act).pick(language) for act in acts_of(meta, actor)},
        "values": {act: values_schema(dialect, meta, actor, act) for act in acts_of(meta, actor)},
    }


def _field(item: Field, language: Language, *, writable: bool) -> Schema:
    found: Schema = {
        "name": item.name,
        "label": item.label.pick(language),
        "kind": item.kind.value,
        "writable": writable,
    }
    if item.choices:
        found["choices"] = {c.code: c.label.pick(language) for c in item.choices}
    if item.points_to:
        found["collection"] = item.points_to
    if item.unit:
        found["unit"] = item.unit
    return found


def object_of(properties: Schema, required: Sequence[str]) -> Schema:
    """Return the schema of an object of these properties and no others."""
    schema: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return schema | ({"required": list(required)} if required else {})
