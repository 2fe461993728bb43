"""The OpenAPI 3.1 document: every route, schema and verb, from the declarations, in a stable order."""

from collections.abc import Iterable
from typing import Any

from directapp.declare.fields import Field
from directapp.declare.kinds import Kind
from directapp.declare.spec import Shape, Spec
from directapp.declare.verbs import Verb
from directapp.derive.dialect import DEFAULT_LIMIT, LARGEST_LIMIT
from directapp.derive.openapi_fixed import FIXED, PARAMETERS, RESPONSES, SCHEMAS, SECURITY, TAGS
from directapp.services.undo import UNDO

_MONEY = {"type": "string", "pattern": r"^-?\d+\.\d{2}$", "examples": ["349900.00"]}
_KINDS: dict[Kind, dict[str, Any]] = {
    Kind.STRING: {"type": "string", "maxLength": 200},
    Kind.TEXT: {"type": "string", "maxLength": 10_000},
    Kind.CHOICE: {"type": "string"},
    Kind.CHOICES: {"type": "array", "items": {"type": "string"}},
    Kind.BOOLEAN: {"type": "boolean"},
    Kind.INTEGER: {"type": "integer"},
    Kind.DECIMAL: _MONEY,
    Kind.MONEY: _MONEY,
    Kind.DATE: {"type": "string", "format": "date"},
    Kind.INSTANT: {"type": "string", "format": "date-time"},
    Kind.REF: {"type": "string", "format": "uuid"},
    Kind.REFS: {"type": "array", "items": {"type": "string", "format": "uuid"}},
    Kind.JSON: {},
    Kind.EMAIL: {"type": "string", "format": "email"},
    Kind.PHONE: {"type": "string", "examples": ["+4799999999"]},
}
_LIST = ("fields", "filter", "search", "sort", "limit", "offset", "page", "cursor", "aggregate", "groupBy", "meta")
_WRITE = ("fields", "dry_run", "confirm", "Idempotency-Key", "X-Reason")
_TOLD_ONCE = (
    "The answer carries a secret that is told this once and not kept with the answer. Sent again with its"
    " Idempotency-Key, the answer leaves it out and names it in meta.withheld: make a new one."
)
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
            "parameters": PARAMETERS,
            "responses": RESPONSES,
            "schemas": SCHEMAS | _schemas(spec),
        },
    }


# -- schemas ------------------------------------------------------------------------------------------


def _schemas(spec: Spec) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for shape in spec.exposed:
        readable = [f for f in shape.fields.values() if not f.secret]
        writable = [f for f in shape.fields.values() if f.writable and f.name != "id"]
        found[shape.name] = {
            "type": "object",
            "title": shape.declared.label.en,
            "description": shape.declared.notes or shape.declared.plural.en,
            "properties": {f.name: _property(shape, f) for f in readable},
        }
        found[f"{shape.name}_write"] = {
            "type": "object",
            "properties": {f.name: _property(shape, f) for f in writable} | _stated(shape),
            "additionalProperties": False,
        }
    return found


def _stated(shape: Shape) -> dict[str, Any]:
    version = {"type": "integer", "description": "The version the writer saw; another one answers 409 STALE."}
    flow = shape.declared.workflow
    if flow is None:
        return {"version": version}
    codes = [s.code for s in flow.states]
    return {"status": {"type": "string", "enum": codes, "description": "Judged as a step."}, "version": version}


def _property(shape: Shape, item: Field) -> dict[str, Any]:
    found = dict(_KINDS[item.kind])
    if item.max_length is not None:
        found["maxLength"] = item.max_length
    for bound, value in (("minimum", item.minimum), ("maximum", item.maximum)):
        if value is not None and item.kind is Kind.INTEGER:
            found[bound] = int(value)
    codes = [c.code for c in item.choices]
    if item.name == "status" and shape.declared.workflow is not None:
        codes = [s.code for s in shape.declared.workflow.states]
    if codes and item.kind is Kind.CHOICES:
        found["items"] = {"type": "string", "enum": codes}
    elif codes:
        found["enum"] = codes
    if not item.required and item.name not in {"id", "version", "created_at", "updated_at"}:
        found = _or_nothing(found)
    return found | _said(item)


def _or_nothing(found: dict[str, Any]) -> dict[str, Any]:
    if "type" not in found:
        return found
    more = {"enum": [*found["enum"], None]} if "enum" in found else {}
    return found | {"type": [found["type"], "null"]} | more


def _said(item: Field) -> dict[str, Any]:
    found: dict[str, Any] = {"title": item.label.en}
    words = [item.help.en] if item.help else []
    words += [f"In {item.unit}."] if item.unit else []
    words += [f"Points to {item.ref}."] if item.ref else []
    if words:
        found["description"] = " ".join(words)
    if item.computed:
        found["readOnly"] = True
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
    required = [p.name for p in verb.params if p.required]
    body: dict[str, Any] = {
        "type": "object",
        "properties": {p.name: _property(shape, p) for p in verb.params},
        "additionalProperties": False,
    }
    body |= {"required": required} if required else {}
    if verb.on == "record" and not any(p.name == "version" for p in verb.params):
        body["properties"]["version"] = _stated(shape)["version"]
    about = [f"In: {', '.join(verb.states)}."] if verb.states else []
    if verb.secrets:
        about.append(_TOLD_ONCE)
    return _operation(
        shape,
        f"{verb.name}_{shape.name}",
        f"{verb.label.en}: {shape.declared.label.en.lower()}",
        parameters=("dry_run", "confirm", "Idempotency-Key", "If-Match", "X-Reason"),
        body=body,
        answer=_told(shape, verb) if verb.secrets else _data(_ref(shape.name)),
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
    return _operation(shape, f"list_{shape.name}", f"List {_many(shape)}", parameters=_LIST, answer=answer)


def _get(shape: Shape) -> dict[str, Any]:
    return _operation(
        shape,
        f"read_{shape.name}",
        f"Read one of {_many(shape)}",
        parameters=("fields",),
        answer=_data(_ref(shape.name)),
    )


def _create(shape: Shape) -> dict[str, Any]:
    one = _ref(f"{shape.name}_write")
    return _operation(
        shape,
        f"create_{shape.name}",
        f"Create one or many of {_many(shape)}",
        parameters=_WRITE,
        body={"oneOf": [one, {"type": "array", "items": one, "maxItems": 1000}]},
        answer=_data({"oneOf": [_ref(shape.name), {"type": "array", "items": _ref(shape.name)}]}),
    )


def _update(shape: Shape) -> dict[str, Any]:
    return _operation(
        shape,
        f"update_{shape.name}",
        f"Change one of {_many(shape)}",
        parameters=(*_WRITE, "If-Match"),
        body=_ref(f"{shape.name}_write"),
        answer=_data(_ref(shape.name)),
    )


def _update_many(shape: Shape) -> dict[str, Any]:
    patch = _ref(f"{shape.name}_write")
    same = {
        "type": "object",
        "properties": {"keys": {"$ref": "#/components/schemas/Keys"}, "data": patch},
        "required": ["keys", "data"],
        "additionalProperties": False,
    }
    each = {"type": "array", "items": {"type": "object", "required": ["id"]}, "maxItems": 1000}
    return _operation(
        shape,
        f"update_many_{shape.name}",
        f"Change many of {_many(shape)}, all or none",
        parameters=_WRITE,
        body={"oneOf": [same, each]},
        answer=_data({"type": "array", "items": _ref(shape.name)}),
    )


def _delete(shape: Shape) -> dict[str, Any]:
    summary = f"Delete one of {_many(shape)}"
    return _operation(
        shape, f"delete_{shape.name}", summary, parameters=("dry_run", "confirm", "X-Reason"), answer=None
    )


def _delete_many(shape: Shape) -> dict[str, Any]:
    keys = {"$ref": "#/components/schemas/Keys"}
    named = {"type": "object", "properties": {"keys": keys}, "required": ["keys"], "additionalProperties": False}
    return _operation(
        shape,
        f"delete_many_{shape.name}",
        f"Delete many of {_many(shape)}, all or none",
        parameters=("dry_run", "confirm", "X-Reason"),
        body={"oneOf": [keys, named]},
        answer=None,
    )


def _upload(shape: Shape) -> dict[str, Any]:
    writable = {f.name: _property(shape, f) for f in shape.fields.values() if f.writable and f.name != "id"}
    binary = {"type": "string", "contentMediaType": "application/octet-stream"}
    operation = _operation(
        shape,
        "upload_files",
        "Upload one or many files",
        parameters=("Idempotency-Key", "X-Reason"),
        answer=_data(_ref(shape.name)),
    )
    form = {"type": "object", "properties": {**writable, "file": binary}, "required": ["file"]}
    operation["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": form}}}
    return operation


def _operation(
    shape: Shape,
    name: str,
    summary: str,
    *,
    parameters: Iterable[str],
    answer: dict[str, Any] | None,
    body: dict[str, Any] | None = None,
    about: str = "",
) -> dict[str, Any]:
    found: dict[str, Any] = {"operationId": name, "summary": summary, "tags": [shape.name]}
    if about:
        found["description"] = about
    found["parameters"] = [_parameter(p) for p in parameters]
    if body is not None:
        found["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    done: dict[str, Any] = {"204": {"description": "Done; nothing to say."}}
    if answer is not None:
        done = {"200": {"description": "Done.", "content": {"application/json": {"schema": answer}}}}
    refusals = (
        ("400", "401", "403", "404", "409", "422")
        if body is not None or answer is None
        else ("400", "401", "403", "404")
    )
    found["responses"] = done | {code: {"$ref": f"#/components/responses/{code}"} for code in refusals}
    return found


def _data(schema: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": {"data": schema}, "required": ["data"]}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def _parameter(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/parameters/{name}"}


def _many(shape: Shape) -> str:
    return shape.declared.plural.en.lower()
