"""The parts of the OpenAPI document that do not depend on any collection."""

from typing import Any

from directapp.interfaces.rest.dialect.query import DEFAULT_LIMIT, LARGEST_LIMIT, LARGEST_OFFSET

_REFUSED = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Errors"}}}}


def _query(name: str, description: str, schema: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "schema": schema or {"type": "string"}}


def _header(name: str, description: str, pattern: str, longest: int) -> dict[str, Any]:
    schema = {"type": "string", "pattern": pattern, "maxLength": longest}
    return {"name": name, "in": "header", "description": description, "schema": schema}


def _path(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _whole(low: int, high: int, default: int | None = None) -> dict[str, Any]:
    found = {"type": "integer", "minimum": low, "maximum": high}
    return found if default is None else found | {"default": default}


_VERSION = r'^(?:\*|(?:W/)?(?:"[0-9]{1,9}"|[0-9]{1,9}))$'
PARAMETERS: dict[str, Any] = {
    "id": {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}},
    "search": _query("search", "Beginnings of words in the searchable fields."),
    "limit": _query("limit", "At most so many rows.", _whole(0, LARGEST_LIMIT, DEFAULT_LIMIT)),
    "offset": _query("offset", "Skip so many rows; not with page or cursor.", _whole(0, LARGEST_OFFSET, 0)),
    "page": _query(
        "page",
        "Skip whole pages, from 1; not with offset or cursor. At most 10,000 rows are skipped.",
        _whole(1, LARGEST_OFFSET + 1),
    ),
    "cursor": _query("cursor", "The `next_cursor` of the page before; empty for the first page."),
    "dry_run": _query("dry_run", "Say what would happen, and do nothing.", {"type": "boolean", "default": False}),
    "confirm": _query(
        "confirm", "Do it with the consequences that 409 UNCONFIRMED named.", {"type": "boolean", "default": False}
    ),
    "Idempotency-Key": _header("Idempotency-Key", "Makes it safe to send the same request again.", "^[!-~]+$", 200),
    "If-Match": _header("If-Match", "The version the writer saw; another one answers 409 STALE.", _VERSION, 14),
    "If-None-Match": _header(
        "If-None-Match",
        "The ETags of earlier answers to the same question; where one of them still holds, the answer is 304. It holds"
        " for the same person with the same rights until anything is written. An answer that changes with the clock"
        " alone has no ETag: leave out such fields (of cars: expected_ready_at, sla_status) to have one.",
        "^[ -~]*$",
        4000,
    ),
    "X-Reason": _header("X-Reason", "Why, for the history.", "^[ -~]*$", 1000),
}

HEADERS: dict[str, Any] = {
    "ETag": {"description": "What If-None-Match names to ask again.", "schema": {"type": "string"}},
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
READ_REFUSALS = ("400", "401", "403", "404", "431")
WRITE_REFUSALS = ("400", "401", "403", "404", "409", "413", "422", "431")
RESPONSES: dict[str, Any] = {code: {"description": text, **_REFUSED} for code, text in _STATUSES.items()}
# The server itself says this one, before anybody reads the request.
RESPONSES["431"] = {"description": "The headers or the address are too large."}

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
    found = {"operationId": name, "summary": summary, "tags": [tag], "responses": _answers(schema, *READ_REFUSALS)}
    return {"get": found | ({"parameters": parameters} if parameters else {})}


_TEXT = {"type": "string"}
_MODE = {"type": "string", "enum": ["json", "cookie", "session"]}
_OBJECT = {"type": "object"}
_OBJECTS = {"type": "array", "items": _OBJECT}
_SIGNED_IN = {"$ref": "#/components/schemas/SignedIn"}
_MFA_REFUSALS = ("400", "401", "403", "409", "413", "422", "429", "431")
_FACTOR = {
    "type": "object",
    "required": ["secret", "otpauth_url"],
    "properties": {"secret": {"type": "string"}, "otpauth_url": {"type": "string"}},
}
_RECOVERY = {
    "type": "object",
    "required": ["recovery_codes"],
    "properties": {"recovery_codes": {"type": "array", "items": {"type": "string"}}},
}
_TOKEN = _body({"refresh_token": _TEXT, "mode": _MODE})
_USER = {"$ref": "#/components/schemas/users"}
_WHICH_USER = [{"$ref": "#/components/parameters/users_fields"}]


def _plain(name: str, summary: str, media_type: str, schema: dict[str, Any], tag: str = "server") -> dict[str, Any]:
    answer = {"200": {"description": "Here.", "content": {media_type: {"schema": schema}}}}
    return {"get": {"operationId": name, "summary": summary, "tags": [tag], "security": [], "responses": answer}}


def _health(name: str, summary: str, media_type: str) -> dict[str, Any]:
    """Describe the status, which is told in the same words where something does not work."""
    found = _plain(name, summary, media_type, _OBJECT)
    content = found["get"]["responses"]["200"]["content"]
    found["get"]["responses"]["503"] = {"description": "A part does not work.", "content": content}
    return found


_CODE = {"type": "string", "pattern": "^(?:[A-HJ-NPR-Z0-9]{17}|[A-ZÆØÅ0-9]{2,7})$"}
_SIZES = [
    _query("key", "A named size.", {"type": "string", "enum": ["small", "medium", "large"]}),
    _query("width", "The least width wanted.", _whole(1, 4000)),
    _query("height", "The least height wanted.", _whole(1, 4000)),
    _query("fit", "Whole, or cut to a square.", {"type": "string", "enum": ["inside", "contain", "cover"]}),
    _query("download", "Answer as an attachment."),
]

_EQUALS = {"type": "object", "required": ["_eq"], "additionalProperties": False}
_REVISIONS = [
    {
        "name": "filter",
        "in": "query",
        "required": True,
        "description": "Which record: JSON as here, or brackets as in `filter[item][_eq]=…`.",
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "collection": {**_EQUALS, "properties": {"_eq": {"type": "string"}}},
                        "item": {**_EQUALS, "properties": {"_eq": {"type": "string", "format": "uuid"}}},
                    },
                    "required": ["collection", "item"],
                    "additionalProperties": False,
                }
            }
        },
    },
    _query("limit", "At most so many changes.", _whole(0, 1000, 100)),
    _query("offset", "Skip so many changes.", _whole(0, 1000, 0)),
    _query("page", "Skip whole pages, from 1.", _whole(1, 1000)),
]

FIXED: dict[str, Any] = {
    "/auth/login": {
        "post": _open(
            "login",
            "Sign in",
            _answers(_SIGNED_IN, "400", "401", "403", "413", "429", "431"),
            _body({"email": _TEXT, "password": _TEXT, "mode": _MODE, "otp": _TEXT}, "email", "password"),
        )
    },
    "/auth/mfa/setup": {
        "post": {
            "operationId": "set_up_mfa",
            "summary": "Begin to set up an authenticator app as the second factor",
            "tags": ["sign-in"],
            "requestBody": _body({"password": _TEXT}),
            "responses": _answers(_FACTOR, *_MFA_REFUSALS),
        }
    },
    "/auth/mfa/verify": {
        "post": {
            "operationId": "verify_mfa",
            "summary": "Show a code: it confirms the app that is being set up, or that it is you",
            "tags": ["sign-in"],
            "requestBody": _body({"otp": _TEXT}, "otp"),
            "responses": {**_answers(_RECOVERY, *_MFA_REFUSALS), "204": {"description": "It is you."}},
        }
    },
    "/auth/refresh": {
        "post": _open("refresh", "Renew the sign-in", _answers(_SIGNED_IN, "400", "401", "403", "413", "431"), _TOKEN)
    },
    "/auth/logout": {"post": _open("logout", "Sign out", _answers(None, "400", "401", "403", "413", "431"), _TOKEN)},
    "/auth/password/request": {
        "post": _open(
            "request_password",
            "Mail a link for a new password",
            _answers(None, "400", "413", "431"),
            _body({"email": _TEXT}, "email"),
        )
    },
    "/auth/password/reset": {
        "post": _open(
            "reset_password",
            "Set a new password by a mailed link",
            _answers(None, "400", "401", "413", "422", "429", "431"),
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
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/users_update"}}},
            },
            "responses": _answers(_USER, *WRITE_REFUSALS),
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
                "416": {"description": "The file holds no such part."},
            }
            | {code: {"$ref": f"#/components/responses/{code}"} for code in ("400", "401", "403", "404", "422", "431")},
        },
    },
    "/revisions": _read(
        "list_revisions",
        "history",
        "Read the changes of one record, newest first",
        _OBJECTS,
        _REVISIONS,
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
                {**_query("code", "A licence plate or a VIN.", _CODE), "required": True},
                _query("car", "A car to compare with.", {"type": "string", "format": "uuid"}),
                _query("fresh", "Ask although an answer is kept.", {"type": "boolean", "default": False}),
            ],
            "responses": _answers(_OBJECT, *READ_REFUSALS, "409", "422", "429")
            | {"503": {"description": "The registry does not answer.", **_REFUSED}},
        }
    },
    "/server/info": _read("server_info", "server", "What this installation is", _OBJECT),
    "/server/health": _health("server_health", "How the server is", "application/health+json"),
    "/server/ready": _health("server_ready", "Whether it can answer", "application/json"),
    "/server/ping": _plain("server_ping", "Whether somebody is there", "text/plain", _TEXT),
    "/openapi.json": _plain("openapi", "This document", "application/json", _OBJECT),
    "/docs": _plain("docs", "This document as a page", "text/html", _TEXT),
}
