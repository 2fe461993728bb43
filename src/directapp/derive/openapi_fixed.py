"""The parts of the OpenAPI document that do not depend on any collection."""

from typing import Any

_REFUSED = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Errors"}}}}


def _query(name: str, description: str, schema: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "schema": schema or {"type": "string"}}


def _header(name: str, description: str) -> dict[str, Any]:
    return {"name": name, "in": "header", "description": description, "schema": {"type": "string"}}


def _path(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _whole(low: int, high: int, default: int | None = None) -> dict[str, Any]:
    found = {"type": "integer", "minimum": low, "maximum": high}
    return found if default is None else found | {"default": default}


PARAMETERS: dict[str, Any] = {
    "id": {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}},
    "fields": _query("fields", "Comma-joined paths: `vin,dealership.name`, `*`, `*.*`."),
    "filter": _query(
        "filter",
        "JSON, or brackets as in `filter[status][_eq]=registered`. Operators: `_eq _neq _lt _lte _gt _gte _in _nin"
        " _null _nnull _contains _ncontains _icontains _starts_with _istarts_with _nstarts_with _ends_with _iends_with"
        " _nends_with _between _nbetween _empty _nempty _and _or`; variables: `$NOW`, `$NOW(-7 days)`, `$CURRENT_USER`,"
        " `$CURRENT_USER.dealership`, `$CURRENT_USER.roles`.",
    ),
    "search": _query("search", "Beginnings of words in the searchable fields."),
    "sort": _query("sort", "Comma-joined fields, descending with a leading `-`; by id when absent."),
    "limit": _query("limit", "At most so many rows.", _whole(0, 10_000, 100)),
    "offset": _query("offset", "Skip so many rows.", _whole(0, 1_000_000_000, 0)),
    "page": _query("page", "Skip whole pages, from 1.", _whole(1, 1_000_000_000)),
    "cursor": _query("cursor", "The `next_cursor` of the page before; empty for the first page."),
    "aggregate": _query("aggregate", "As `aggregate[count]=*` or JSON; count, countDistinct, sum, avg, min, max."),
    "groupBy": _query("groupBy", "Comma-joined fields; needs aggregate."),
    "meta": _query("meta", "Comma-joined: `total_count`, `filter_count`, `cursor`, or `*` for both counts."),
    "dry_run": _query("dry_run", "Say what would happen, and do nothing.", {"type": "boolean", "default": False}),
    "confirm": _query(
        "confirm", "Do it with the consequences that 409 UNCONFIRMED named.", {"type": "boolean", "default": False}
    ),
    "Idempotency-Key": _header("Idempotency-Key", "Makes it safe to send the same request again."),
    "If-Match": _header("If-Match", "The version the writer saw; another one answers 409 STALE."),
    "X-Reason": _header("X-Reason", "Why, for the history."),
}

_STATUSES = {
    "400": "The question or the body cannot be understood (INVALID_QUERY, INVALID_PAYLOAD).",
    "401": "Nobody is signed in, or the sign-in has run out (INVALID_CREDENTIALS, TOKEN_EXPIRED).",
    "403": "Not the caller's to do or see (FORBIDDEN).",
    "404": "There is none, or none the caller sees (NOT_FOUND).",
    "409": "Not now (RECORD_NOT_UNIQUE, STALE, TRANSITION_REFUSED), or not without a yes (UNCONFIRMED).",
    "413": "More than the limit allows (CONTENT_TOO_LARGE).",
    "422": "Values that are not acceptable, each by its field (FAILED_VALIDATION).",
    "429": "Too many tries; see Retry-After (REQUESTS_EXCEEDED).",
}
RESPONSES: dict[str, Any] = {code: {"description": text, **_REFUSED} for code, text in _STATUSES.items()}

SCHEMAS: dict[str, Any] = {
    "Errors": {
        "type": "object",
        "required": ["errors"],
        "properties": {"errors": {"type": "array", "items": {"$ref": "#/components/schemas/Error"}}},
    },
    "Error": {
        "type": "object",
        "required": ["message", "extensions"],
        "properties": {
            "message": {"type": "string", "description": "For people, in their language."},
            "extensions": {
                "type": "object",
                "required": ["code"],
                "properties": {
                    "code": {"type": "string"},
                    "field": {"type": "string"},
                    "index": {"type": "integer", "description": "The place in a bulk request."},
                },
            },
        },
    },
    "Keys": {"type": "array", "items": {"type": "string", "format": "uuid"}, "maxItems": 1000},
    "Meta": {
        "type": "object",
        "properties": {
            "total_count": {"type": "integer"},
            "filter_count": {"type": "integer"},
            "at_least": {
                "type": "array",
                "items": {"type": "string", "enum": ["total_count", "filter_count"]},
                "description": "Counts that stopped at 50 000: there are more.",
            },
            "next_cursor": {"type": ["string", "null"]},
        },
    },
    "SignedIn": {
        "type": "object",
        "properties": {
            "access_token": {"type": "string"},
            "refresh_token": {"type": "string"},
            "expires": {"type": "integer", "description": "Milliseconds."},
        },
    },
}

SECURITY: dict[str, Any] = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "An access token, or an API key."},
    "session": {"type": "apiKey", "in": "cookie", "name": "directapp_session"},
}

TAGS = [
    {"name": "sign-in", "description": "Sign-in, renewal and sign-out"},
    {"name": "server", "description": "How the server is"},
    {"name": "catalogue", "description": "Collections and fields as the caller sees them"},
    {"name": "history", "description": "Changes of a record"},
    {"name": "registry", "description": "The vehicle registry"},
]


def _body(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    schema = {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _answers(schema: dict[str, Any] | None, *codes: str) -> dict[str, Any]:
    done: dict[str, Any] = {"204": {"description": "Done; nothing to say."}}
    if schema is not None:
        wrapped = {"type": "object", "properties": {"data": schema}}
        done = {"200": {"description": "Done.", "content": {"application/json": {"schema": wrapped}}}}
    return done | {code: {"$ref": f"#/components/responses/{code}"} for code in codes}


def _open(name: str, summary: str, answers: dict[str, Any], body: dict[str, Any] | None = None) -> dict[str, Any]:
    found = {"operationId": name, "summary": summary, "tags": ["sign-in"], "security": [], "responses": answers}
    return found | ({"requestBody": body} if body else {})


def _read(
    name: str, tag: str, summary: str, schema: dict[str, Any], parameters: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    found = {"operationId": name, "summary": summary, "tags": [tag], "responses": _answers(schema, "400", "401", "403")}
    return {"get": found | ({"parameters": parameters} if parameters else {})}


_TEXT = {"type": "string"}
_MODE = {"type": "string", "enum": ["json", "cookie", "session"]}
_OBJECT = {"type": "object"}
_OBJECTS = {"type": "array", "items": _OBJECT}
_SIGNED_IN = {"$ref": "#/components/schemas/SignedIn"}
_TOKEN = _body({"refresh_token": _TEXT, "mode": _MODE})
_USER = {"$ref": "#/components/schemas/users"}
_WHICH_USER = [{"$ref": "#/components/parameters/fields"}]


def _plain(name: str, summary: str, media_type: str, schema: dict[str, Any], tag: str = "server") -> dict[str, Any]:
    answer = {"200": {"description": "Here.", "content": {media_type: {"schema": schema}}}}
    return {"get": {"operationId": name, "summary": summary, "tags": [tag], "security": [], "responses": answer}}


_SIZES = [
    _query("key", "A named size.", {"type": "string", "enum": ["small", "medium", "large"]}),
    _query("width", "The least width wanted.", _whole(1, 4000)),
    _query("height", "The least height wanted.", _whole(1, 4000)),
    _query("fit", "Whole, or cut to a square.", {"type": "string", "enum": ["inside", "contain", "cover"]}),
    _query("download", "Answer as an attachment."),
]

FIXED: dict[str, Any] = {
    "/auth/login": {
        "post": _open(
            "login",
            "Sign in",
            _answers(_SIGNED_IN, "400", "401", "429"),
            _body({"email": _TEXT, "password": _TEXT, "mode": _MODE}, "email", "password"),
        )
    },
    "/auth/refresh": {"post": _open("refresh", "Renew the sign-in", _answers(_SIGNED_IN, "400", "401"), _TOKEN)},
    "/auth/logout": {"post": _open("logout", "Sign out", _answers(None, "400"), _TOKEN)},
    "/auth/password/request": {
        "post": _open(
            "request_password",
            "Mail a link for a new password",
            _answers(None, "400"),
            _body({"email": _TEXT}, "email"),
        )
    },
    "/auth/password/reset": {
        "post": _open(
            "reset_password",
            "Set a new password by a mailed link",
            _answers(None, "400", "401", "422"),
            _body({"token": _TEXT, "password": _TEXT}, "token", "password"),
        )
    },
    "/users/me": {
        **_read("read_me", "users", "Read one's own record", _USER, _WHICH_USER),
        "patch": {
            "operationId": "update_me",
            "summary": "Change one's own record",
            "tags": ["users"],
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/users_write"}}},
            },
            "responses": _answers(_USER, "400", "401", "403", "409", "422"),
        },
    },
    "/assets/{id}": {
        "parameters": [{"$ref": "#/components/parameters/id"}],
        "get": {
            "operationId": "read_asset",
            "summary": "Read a file's bytes, or a small WebP picture of it",
            "tags": ["files"],
            "parameters": _SIZES,
            "responses": {
                "200": {"description": "The bytes.", "content": {"application/octet-stream": {}}},
                "206": {"description": "A part of them, as Range asks."},
                "304": {"description": "Unchanged since If-None-Match."},
            }
            | {code: {"$ref": f"#/components/responses/{code}"} for code in ("400", "401", "404", "422")},
        },
    },
    "/revisions": _read(
        "list_revisions",
        "history",
        "Read the changes of one record, newest first",
        _OBJECTS,
        [{"$ref": f"#/components/parameters/{name}"} for name in ("fields", "filter", "limit", "offset", "page")],
    ),
    "/collections": _read("list_collections", "catalogue", "List collections", _OBJECTS),
    "/collections/{collection}": _read(
        "read_collection", "catalogue", "Read a collection", _OBJECT, [_path("collection")]
    ),
    "/fields": _read("list_fields", "catalogue", "List fields", _OBJECTS),
    "/fields/{collection}": _read(
        "list_fields_of_one", "catalogue", "List a collection's fields", _OBJECTS, [_path("collection")]
    ),
    "/fields/{collection}/{field}": _read(
        "read_field", "catalogue", "Read a field", _OBJECT, [_path("collection"), _path("field")]
    ),
    "/registry/vehicle": {
        "get": {
            "operationId": "look_up_vehicle",
            "summary": "Look a car up in the vehicle registry; take the answer over with fill_from_registry",
            "tags": ["registry"],
            "parameters": [
                {**_query("code", "A licence plate or a VIN."), "required": True},
                _query("car", "A car to compare with.", {"type": "string", "format": "uuid"}),
                _query("fresh", "Ask although an answer is kept.", {"type": "boolean", "default": False}),
            ],
            "responses": _answers(_OBJECT, "400", "401", "403", "404", "422", "429")
            | {"503": {"description": "The registry does not answer, or look-ups are not set up.", **_REFUSED}},
        }
    },
    "/server/info": _read("server_info", "server", "What this installation is", _OBJECT),
    "/server/health": _plain("server_health", "How the server is", "application/health+json", _OBJECT),
    "/server/ping": _plain("server_ping", "Whether somebody is there", "text/plain", _TEXT),
    "/openapi.json": _plain("openapi", "This document", "application/json", _OBJECT),
    "/docs": _plain("docs", "This document as a page", "text/html", _TEXT),
}
