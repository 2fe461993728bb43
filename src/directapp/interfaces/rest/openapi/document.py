"""The OpenAPI 3.1 document: every route, schema and verb, from the declarations, in a stable order."""

from collections.abc import Iterable
from typing import Any

from directapp.declare.spec import CollectionMeta, Spec
from directapp.declare.verbs import Verb
from directapp.interfaces.rest.dialect.query import DEFAULT_LIMIT, LARGEST_LIMIT
from directapp.interfaces.rest.openapi.fixed import (
    FIXED,
    HEADERS,
    PARAMETERS,
    READ_REFUSALS,
    RESPONSES,
    SCHEMAS,
    SECURITY,
    TAGS,
    WRITE_REFUSALS,
)
from directapp.interfaces.rest.openapi.query import filter_schemas, list_parameters, shared_filters, shared_parameters
from directapp.interfaces.rest.openapi.records import body_of, record_schemas, written
from directapp.services.undo import UNDO

_AGAIN = {"$ref": "#/components/parameters/If-None-Match"}
_WRITE = ("dry_run", "confirm", "Idempotency-Key", "X-Reason")
_TOLD_ONCE = (
    "The answer carries a secret that is told this once and not kept with the answer. Sent again with its"
    " Idempotency-Key, the answer leaves it out and names it in meta.withheld: make a new one."
)
_GONE = ("dry_run", "confirm", "Idempotency-Key", "If-Match", "X-Reason")
_STANDING = {"/users": "users", "/files": "files", "/roles": "roles"}


def describe(spec: Spec, *, version: str = "1") -> dict[str, Any]:
    """Return the whole document."""
    paths: dict[str, Any] = dict(FIXED)
    for meta in spec.exposed:
        paths |= _collection(meta, f"/items/{meta.name}")
    for path, name in _STANDING.items():
        standing = spec.get(name)
        if standing is not None and standing.declared.exposed:
            paths |= _standing(standing, path)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "DirectApp",
            "version": version,
            "description": (
                "Vehicle operations for dealer groups. A part of the Directus REST dialect: what is not described"
                f" here answers 400 and names it. Lists hold {DEFAULT_LIMIT} rows unless asked otherwise, at most"
                f" {LARGEST_LIMIT}. A list may also be asked with the method SEARCH and `{{query}}` in the body."
                " Fields that the caller may not read in a row are absent from it."
            ),
        },
        "security": [{"bearer": []}, {"session": []}],
        "tags": [*TAGS, *({"name": s.name, "description": s.declared.plural.english} for s in spec.exposed)],
        "paths": dict(sorted(paths.items())),
        "components": {
            "securitySchemes": SECURITY,
            "parameters": PARAMETERS | _choosing(spec),
            "headers": HEADERS,
            "responses": RESPONSES,
            "schemas": SCHEMAS | record_schemas(spec) | _filters(spec),
        },
    }


def _choosing(spec: Spec) -> dict[str, Any]:
    return {name: found for meta in spec.exposed for name, found in shared_parameters(meta).items()}


def _filters(spec: Spec) -> dict[str, Any]:
    found = shared_filters()
    for meta in spec.exposed:
        found |= filter_schemas(meta)
    return found


# -- routes -------------------------------------------------------------------------------------------


def _collection(meta: CollectionMeta, path: str) -> dict[str, Any]:
    paths: dict[str, Any] = {
        path: {
            "get": _list(meta),
            "post": _create(meta),
            "patch": _update_many(meta),
            "delete": _delete_many(meta),
        },
        f"{path}/{{id}}": {
            "parameters": [_parameter("id")],
            "get": _get(meta),
            "patch": _update(meta),
            "delete": _delete(meta),
        },
    }
    return paths | _verbs(meta, path)


def _standing(meta: CollectionMeta, path: str) -> dict[str, Any]:
    own = {
        at.replace(f"/items/{meta.name}", path, 1): {
            method: _renamed(operation, path) if isinstance(operation, dict) else operation
            for method, operation in methods.items()
        }
        for at, methods in _collection(meta, f"/items/{meta.name}").items()
    }
    if path == "/roles":
        return {at: {m: o for m, o in methods.items() if m in {"get", "parameters"}} for at, methods in own.items()}
    if path == "/files":
        own[path] |= {"post": _upload(meta)}
        own = {at: methods for at, methods in own.items() if at in {path, f"{path}/{{id}}"}}
    return own


def _renamed(operation: dict[str, Any], path: str) -> dict[str, Any]:
    return operation | {"operationId": f"{operation['operationId']}_at_{path.strip('/')}"}


def _verbs(meta: CollectionMeta, path: str) -> dict[str, Any]:
    verbs = [*meta.declared.verbs, *([UNDO] if meta.declared.history else [])]
    found: dict[str, Any] = {}
    for verb in verbs:
        record = verb.on == "record"
        at = f"{path}/{{id}}/{verb.name}" if record else f"{path}/{verb.name}"
        parameters = {"parameters": [_parameter("id")]} if record else {}
        found[at] = parameters | {"post": _verb(meta, verb)}
    return found


def _verb(meta: CollectionMeta, verb: Verb) -> dict[str, Any]:
    body = body_of(verb.params, version=verb.on == "record")
    about = [f"In: {', '.join(verb.states)}."] if verb.states else []
    if verb.secrets:
        about.append(_TOLD_ONCE)
    return _operation(
        meta,
        f"{verb.name}_{meta.name}",
        f"{verb.label.english}: {meta.declared.label.english.lower()}",
        parameters=map(_parameter, (*_WRITE, "If-Match")),
        body=body,
        answer=_told(meta, verb) if verb.secrets else _data(_found(meta)),
        about=" ".join(about),
    )


def _told(meta: CollectionMeta, verb: Verb) -> dict[str, Any]:
    """Describe an answer that carries secrets; a resend leaves them out and names them."""
    secrets = {
        s.name: {"type": "string", "title": s.label.english, "description": s.help.english} for s in verb.secrets
    }
    names = {"type": "array", "items": {"type": "string", "enum": list(secrets)}}
    answer_meta = {"type": "object", "properties": {"withheld": names}}
    answer = _data({"allOf": [_ref(meta.name), {"type": "object", "properties": secrets}]})
    return {**answer, "properties": {**answer["properties"], "meta": answer_meta}}


def _list(meta: CollectionMeta) -> dict[str, Any]:
    rows = {"type": "array", "items": _ref(meta.name)}
    answer = {
        "type": "object",
        "properties": {"data": rows, "meta": {"$ref": "#/components/schemas/Meta"}},
        "required": ["data"],
    }
    parameters = [*list_parameters(meta), _AGAIN]
    return _operation(meta, f"list_{meta.name}", f"List {_many(meta)}", parameters=parameters, answer=answer)


def _get(meta: CollectionMeta) -> dict[str, Any]:
    return _operation(
        meta,
        f"read_{meta.name}",
        f"Read one of {_many(meta)}",
        parameters=[_fields(meta), _AGAIN],
        answer=_data(_ref(meta.name)),
    )


def _create(meta: CollectionMeta) -> dict[str, Any]:
    one = _ref(f"{meta.name}_create")
    return _operation(
        meta,
        f"create_{meta.name}",
        f"Create one or many of {_many(meta)}",
        parameters=[_fields(meta), *map(_parameter, _WRITE)],
        body={"oneOf": [one, {"type": "array", "items": one, "maxItems": 1000}]},
        answer=_data({"oneOf": [_ref(meta.name), {"type": "array", "items": _ref(meta.name)}]}),
    )


def _update(meta: CollectionMeta) -> dict[str, Any]:
    return _operation(
        meta,
        f"update_{meta.name}",
        f"Change one of {_many(meta)}",
        parameters=[_fields(meta), *map(_parameter, (*_WRITE, "If-Match"))],
        body=_ref(f"{meta.name}_update"),
        answer=_data(_ref(meta.name)),
    )


def _update_many(meta: CollectionMeta) -> dict[str, Any]:
    patch = _ref(f"{meta.name}_update")
    same = {
        "type": "object",
        "properties": {"keys": {"$ref": "#/components/schemas/Keys"}, "data": patch},
        "required": ["keys", "data"],
        "additionalProperties": False,
    }
    each = {"type": "array", "items": _ref(f"{meta.name}_update_each"), "maxItems": 1000}
    return _operation(
        meta,
        f"update_many_{meta.name}",
        f"Change many of {_many(meta)}, all or none",
        parameters=[_fields(meta), *map(_parameter, _WRITE)],
        body={"oneOf": [same, each]},
        answer=_data({"type": "array", "items": _ref(meta.name)}),
    )


def _delete(meta: CollectionMeta) -> dict[str, Any]:
    summary = f"Delete one of {_many(meta)}"
    return _operation(meta, f"delete_{meta.name}", summary, parameters=map(_parameter, _GONE), answer=None)


def _delete_many(meta: CollectionMeta) -> dict[str, Any]:
    keys = {"$ref": "#/components/schemas/Keys"}
    named = {"type": "object", "properties": {"keys": keys}, "required": ["keys"], "additionalProperties": False}
    return _operation(
        meta,
        f"delete_many_{meta.name}",
        f"Delete many of {_many(meta)}, all or none",
        parameters=map(_parameter, _WRITE),
        body={"oneOf": [keys, named]},
        answer=None,
    )


def _upload(meta: CollectionMeta) -> dict[str, Any]:
    writable = {f.name: written(f, empty=False) for f in meta.fields.values() if f.writable and f.name != "id"}
    binary = {"type": "string", "contentMediaType": "application/octet-stream", "minLength": 1}
    operation = _operation(
        meta,
        "upload_files",
        "Upload one or many files",
        parameters=map(_parameter, ("Idempotency-Key", "X-Reason")),
        answer=_data(_ref(meta.name)),
    )
    form = {"type": "object", "properties": {**writable, "file": binary}, "required": ["file"]}
    operation["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": form}}}
    operation["responses"] |= {code: {"$ref": f"#/components/responses/{code}"} for code in WRITE_REFUSALS}
    return operation


def _operation(
    meta: CollectionMeta,
    name: str,
    summary: str,
    *,
    parameters: Iterable[dict[str, Any]],
    answer: dict[str, Any] | None,
    body: dict[str, Any] | None = None,
    about: str = "",
) -> dict[str, Any]:
    found: dict[str, Any] = {"operationId": name, "summary": summary, "tags": [meta.name]}
    if about:
        found["description"] = about
    found["parameters"] = list(parameters)
    if body is not None:
        found["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    done: dict[str, Any] = {"204": {"description": "Done; nothing to say."}}
    if answer is not None:
        done = {"200": {"description": "Done.", "content": {"application/json": {"schema": answer}}}}
        if _AGAIN in found["parameters"]:
            done["200"]["headers"] = {"ETag": {"$ref": "#/components/headers/ETag"}}
            done["304"] = {"description": "Nothing has changed since the answer with one of the ETags named."}
    writes = body is not None or answer is None
    refusals = WRITE_REFUSALS if writes else READ_REFUSALS
    found["responses"] = done | {code: {"$ref": f"#/components/responses/{code}"} for code in refusals}
    return found


def _data(schema: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": {"data": schema}, "required": ["data"]}


def _found(meta: CollectionMeta) -> dict[str, Any]:
    """Describe what an act answers: mostly the record, else what it looked for or made."""
    return {"anyOf": [_ref(meta.name), *({"type": other} for other in ("object", "array", "null"))]}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def _fields(meta: CollectionMeta) -> dict[str, Any]:
    return _parameter(f"{meta.name}_fields")


def _parameter(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/parameters/{name}"}


def _many(meta: CollectionMeta) -> str:
    return meta.declared.plural.english.lower()
