"""The OpenAPI 3.1 document: every route, schema and verb, from the declarations, in a stable order."""

from collections.abc import Iterable
from typing import Any

from directapp.declare.spec import Shape, Spec
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
    for shape in spec.exposed:
        paths |= _collection(shape, f"/items/{shape.name}")
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
        "tags": [*TAGS, *({"name": s.name, "description": s.declared.plural.en} for s in spec.exposed)],
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
    return {name: found for shape in spec.exposed for name, found in shared_parameters(shape).items()}


def _filters(spec: Spec) -> dict[str, Any]:
    found = shared_filters()
    for shape in spec.exposed:
        found |= filter_schemas(shape)
    return found


# -- routes -------------------------------------------------------------------------------------------


def _collection(shape: Shape, path: str) -> dict[str, Any]:
    paths: dict[str, Any] = {
        path: {
            "get": _list(shape),
            "post": _create(shape),
            "patch": _update_many(shape),
            "delete": _delete_many(shape),
        },
        f"{path}/{{id}}": {
            "parameters": [_parameter("id")],
            "get": _get(shape),
            "patch": _update(shape),
            "delete": _delete(shape),
        },
    }
    return paths | _verbs(shape, path)


def _standing(shape: Shape, path: str) -> dict[str, Any]:
    own = {
        at.replace(f"/items/{shape.name}", path, 1): {
            method: _renamed(operation, path) if isinstance(operation, dict) else operation
            for method, operation in methods.items()
        }
        for at, methods in _collection(shape, f"/items/{shape.name}").items()
    }
    if path == "/roles":
        return {at: {m: o for m, o in methods.items() if m in {"get", "parameters"}} for at, methods in own.items()}
    if path == "/files":
        own[path] |= {"post": _upload(shape)}
        own = {at: methods for at, methods in own.items() if at in {path, f"{path}/{{id}}"}}
    return own


def _renamed(operation: dict[str, Any], path: str) -> dict[str, Any]:
    return operation | {"operationId": f"{operation['operationId']}_at_{path.strip('/')}"}


def _verbs(shape: Shape, path: str) -> dict[str, Any]:
    verbs = [*shape.declared.verbs, *([UNDO] if shape.declared.history else [])]
    found: dict[str, Any] = {}
    for verb in verbs:
        record = verb.on == "record"
        at = f"{path}/{{id}}/{verb.name}" if record else f"{path}/{verb.name}"
        parameters = {"parameters": [_parameter("id")]} if record else {}
        found[at] = parameters | {"post": _verb(shape, verb)}
    return found


def _verb(shape: Shape, verb: Verb) -> dict[str, Any]:
    body = body_of(verb.params, version=verb.on == "record")
    about = [f"In: {', '.join(verb.states)}."] if verb.states else []
    if verb.secrets:
        about.append(_TOLD_ONCE)
    return _operation(
        shape,
        f"{verb.name}_{shape.name}",
        f"{verb.label.en}: {shape.declared.label.en.lower()}",
        parameters=map(_parameter, (*_WRITE, "If-Match")),
        body=body,
        answer=_told(shape, verb) if verb.secrets else _data(_found(shape)),
        about=" ".join(about),
    )


def _told(shape: Shape, verb: Verb) -> dict[str, Any]:
    """Describe an answer that carries secrets; a resend leaves them out and names them."""
    secrets = {s.name: {"type": "string", "title": s.label.en, "description": s.help.en} for s in verb.secrets}
    names = {"type": "array", "items": {"type": "string", "enum": list(secrets)}}
    meta = {"type": "object", "properties": {"withheld": names}}
    answer = _data({"allOf": [_ref(shape.name), {"type": "object", "properties": secrets}]})
    return {**answer, "properties": {**answer["properties"], "meta": meta}}


def _list(shape: Shape) -> dict[str, Any]:
    rows = {"type": "array", "items": _ref(shape.name)}
    answer = {
        "type": "object",
        "properties": {"data": rows, "meta": {"$ref": "#/components/schemas/Meta"}},
        "required": ["data"],
    }
    parameters = [*list_parameters(shape), _AGAIN]
    return _operation(shape, f"list_{shape.name}", f"List {_many(shape)}", parameters=parameters, answer=answer)


def _get(shape: Shape) -> dict[str, Any]:
    return _operation(
        shape,
        f"read_{shape.name}",
        f"Read one of {_many(shape)}",
        parameters=[_fields(shape), _AGAIN],
        answer=_data(_ref(shape.name)),
    )


def _create(shape: Shape) -> dict[str, Any]:
    one = _ref(f"{shape.name}_create")
    return _operation(
        shape,
        f"create_{shape.name}",
        f"Create one or many of {_many(shape)}",
        parameters=[_fields(shape), *map(_parameter, _WRITE)],
        body={"oneOf": [one, {"type": "array", "items": one, "maxItems": 1000}]},
        answer=_data({"oneOf": [_ref(shape.name), {"type": "array", "items": _ref(shape.name)}]}),
    )


def _update(shape: Shape) -> dict[str, Any]:
    return _operation(
        shape,
        f"update_{shape.name}",
        f"Change one of {_many(shape)}",
        parameters=[_fields(shape), *map(_parameter, (*_WRITE, "If-Match"))],
        body=_ref(f"{shape.name}_update"),
        answer=_data(_ref(shape.name)),
    )


def _update_many(shape: Shape) -> dict[str, Any]:
    patch = _ref(f"{shape.name}_update")
    same = {
        "type": "object",
        "properties": {"keys": {"$ref": "#/components/schemas/Keys"}, "data": patch},
        "required": ["keys", "data"],
        "additionalProperties": False,
    }
    each = {"type": "array", "items": _ref(f"{shape.name}_update_each"), "maxItems": 1000}
    return _operation(
        shape,
        f"update_many_{shape.name}",
        f"Change many of {_many(shape)}, all or none",
        parameters=[_fields(shape), *map(_parameter, _WRITE)],
        body={"oneOf": [same, each]},
        answer=_data({"type": "array", "items": _ref(shape.name)}),
    )


def _delete(shape: Shape) -> dict[str, Any]:
    summary = f"Delete one of {_many(shape)}"
    return _operation(shape, f"delete_{shape.name}", summary, parameters=map(_parameter, _GONE), answer=None)


def _delete_many(shape: Shape) -> dict[str, Any]:
    keys = {"$ref": "#/components/schemas/Keys"}
    named = {"type": "object", "properties": {"keys": keys}, "required": ["keys"], "additionalProperties": False}
    return _operation(
        shape,
        f"delete_many_{shape.name}",
        f"Delete many of {_many(shape)}, all or none",
        parameters=map(_parameter, _WRITE),
        body={"oneOf": [keys, named]},
        answer=None,
    )


def _upload(shape: Shape) -> dict[str, Any]:
    writable = {f.name: written(f, empty=False) for f in shape.fields.values() if f.writable and f.name != "id"}
    binary = {"type": "string", "contentMediaType": "application/octet-stream", "minLength": 1}
    operation = _operation(
        shape,
        "upload_files",
        "Upload one or many files",
        parameters=map(_parameter, ("Idempotency-Key", "X-Reason")),
        answer=_data(_ref(shape.name)),
    )
    form = {"type": "object", "properties": {**writable, "file": binary}, "required": ["file"]}
    operation["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": form}}}
    operation["responses"] |= {code: {"$ref": f"#/components/responses/{code}"} for code in WRITE_REFUSALS}
    return operation


def _operation(
    shape: Shape,
    name: str,
    summary: str,
    *,
    parameters: Iterable[dict[str, Any]],
    answer: dict[str, Any] | None,
    body: dict[str, Any] | None = None,
    about: str = "",
) -> dict[str, Any]:
    found: dict[str, Any] = {"operationId": name, "summary": summary, "tags": [shape.name]}
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


def _found(shape: Shape) -> dict[str, Any]:
    """Describe what an act answers: mostly the record, else what it looked for or made."""
    return {"anyOf": [_ref(shape.name), *({"type": other} for other in ("object", "array", "null"))]}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def _fields(shape: Shape) -> dict[str, Any]:
    return _parameter(f"{shape.name}_fields")


def _parameter(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/parameters/{name}"}


def _many(shape: Shape) -> str:
    return shape.declared.plural.en.lower()
