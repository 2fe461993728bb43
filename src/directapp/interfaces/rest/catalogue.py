"""The catalogue: collections and fields, as far as the caller may see them."""

from typing import Any

import orjson
from starlette.responses import Response

from directapp.declare.fields import Field
from directapp.declare.kinds import Kind
from directapp.declare.spec import CollectionMeta, Spec
from directapp.derive.modules import with_modules
from directapp.domains.people.fields import TENANTS, Tenants
from directapp.interfaces.rest.endpoint import Call
from directapp.interfaces.rest.errors import json_response
from directapp.kernel.actor import Actor
from directapp.kernel.errors import ForbiddenError
from directapp.kernel.languages import languages
from directapp.kernel.text import Text

TYPES: dict[Kind, str] = {
    Kind.STRING: "string",
    Kind.TEXT: "text",
    Kind.CHOICE: "string",
    Kind.CHOICES: "csv",
    Kind.BOOLEAN: "boolean",
    Kind.INTEGER: "integer",
    Kind.DECIMAL: "decimal",
    Kind.MONEY: "decimal",
    Kind.DATE: "date",
    Kind.INSTANT: "timestamp",
    Kind.REF: "uuid",
    Kind.REFS: "json",
    Kind.JSON: "json",
    Kind.EMAIL: "string",
    Kind.PHONE: "string",
}


async def collections(call: Call) -> Response:
    """Answer every collection that the caller reads some of."""
    spec = call.declared
    seen = [s for s in spec.exposed if s.grants_of(call.actor.roles)]
    return json_response(orjson.dumps({"data": [_collection(s, call) for s in seen]}))


async def collection(call: Call) -> Response:
    """Answer one collection."""
    return json_response(orjson.dumps({"data": _collection(call.meta, call)}))


def _collection(meta: CollectionMeta, call: Call) -> dict[str, Any]:
    grants = meta.grants_of(call.actor.roles)
    return {
        "collection": meta.name,
        "meta": {
            "collection": meta.name,
            "singleton": False,
            "icon": meta.declared.views.icon,
            "note": meta.declared.notes or None,
            "translations": _said(meta.declared.plural),
            "create": any(g.create for g in grants),
            "delete": any(g.delete for g in grants),
            "verbs": [{"name": v.name, "on": v.on, "translations": _said(v.label)} for v in meta.verbs_of(grants)],
        },
        "schema": {"name": meta.name},
    }


async def _named(call: Call) -> Spec:
    """Return the declarations, their statuses called as the caller's company calls them."""
    return await with_modules(call.application.platform, call.actor, TENANTS, Tenants.modules)


async def fields(call: Call) -> Response:
    """Answer the fields of every collection."""
    spec = await _named(call)
    found = [f for s in spec.exposed if s.grants_of(call.actor.roles) for f in _fields(s, call.actor)]
    return json_response(orjson.dumps({"data": found}))


async def fields_of_one(call: Call) -> Response:
    """Answer the fields of one collection."""
    return json_response(orjson.dumps({"data": await _fields_here(call)}))


async def field(call: Call) -> Response:
    """Answer one field (ForbiddenError: unknown, or not the caller's to see)."""
    name = call.request.path_params["field"]
    found = next((f for f in await _fields_here(call) if f["field"] == name), None)
    if found is None:
        raise ForbiddenError
    return json_response(orjson.dumps({"data": found}))


async def _fields_here(call: Call) -> list[dict[str, Any]]:
    """Return the fields of the route's collection (ForbiddenError: the caller reads none of it)."""
    return _fields((await _named(call))[call.meta.name], call.actor)


def _fields(meta: CollectionMeta, actor: Actor) -> list[dict[str, Any]]:
    grants = meta.grants_of(actor.roles)
    reads = frozenset[str]().union(*(meta.reads(g) for g in grants))
    writes = frozenset[str]().union(*(meta.writes(g) for g in grants))
    return [
        _field(meta, item, writable=name in writes)
        for name, item in meta.fields.items()
        if name in reads or (name in writes and not item.secret)
    ]


def _field(meta: CollectionMeta, item: Field, *, writable: bool) -> dict[str, Any]:
    group = meta.group_of(item.name)
    answer_meta: dict[str, Any] = {
        "collection": meta.name,
        "field": item.name,
        "required": item.required,
        "readonly": not writable,
        "group": group.code if group else None,
        "note": item.help.english if item.help else None,
        "unit": item.unit,
        "translations": _said(item.label),
        "options": {"choices": _choices(meta, item)} if _choices(meta, item) else None,
    }
    schema = {
        "name": item.name,
        "table": meta.name,
        "data_type": TYPES[item.kind],
        "is_nullable": not item.required,
        "max_length": item.max_length,
        "foreign_key_table": item.points_to,
    }
    return {
        "collection": meta.name,
        "field": item.name,
        "type": TYPES[item.kind],
        "kind": item.kind.value,
        "meta": answer_meta,
        "schema": schema,
    }


def _choices(meta: CollectionMeta, item: Field) -> list[dict[str, Any]]:
    flow = meta.declared.workflow
    if item.name == "status" and flow is not None:
        return [{"value": s.code, "translations": _said(s.label)} for s in flow.states]
    return [{"value": c.code, "translations": _said(c.label)} for c in item.choices]


def _said(text: Text) -> list[dict[str, str]]:
    return [{"language": code, "translation": text.pick(code)} for code in languages()]
