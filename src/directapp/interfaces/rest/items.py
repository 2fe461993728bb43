"""Items: the rows of any collection, read by the dialect and written as intents."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson
from starlette.responses import Response

from directapp.declare.kinds import BadValueError, Kind, read
from directapp.declare.spec import CollectionMeta
from directapp.declare.verbs import Verb
from directapp.derive.cursor import turn_page
from directapp.interfaces.rest.body import (
    bad_payload,
    idempotency_key,
    matched_version,
    only,
    read_json,
    read_object,
    reason,
    taken_base,
    taken_version,
)
from directapp.interfaces.rest.dialect.query import Asked, parse_fields, parse_query
from directapp.interfaces.rest.endpoint import Call
from directapp.interfaces.rest.errors import json_response, refusals, tagged, unchanged
from directapp.kernel.errors import BadPayloadError, DirectAppError, NotFoundError, bad_query
from directapp.kernel.text import _
from directapp.services.intent import Answer, Intent
from directapp.services.reading import Page
from directapp.services.tags import Revisit, revisit
from directapp.services.undo import UNDO
from directapp.store.query import Path

_MOST_REMEMBERED = 1000
_LONGEST_REMEMBERED = 1000
_MOST_ROWS = 1000
_WRITES = frozenset({"create", "update", "delete"})

_UNSUPPORTED = _("The parameter {name} is not supported.")
_BY_QUERY = _("Many are changed by naming them in keys, not by query.")
_ROWS = _("Must be a list of at most {most} objects.")
_KEY = _("{name} must be valid ids.")
_NEEDED = _("{name} is missing.")
_UNKNOWN_VERB = _("Unknown action: {verb}.")


# -- reading ----------------------------------------------------------------------------------------


async def read_many(call: Call) -> Response:
    """Answer a list."""
    asked = _remembered(call)
    return await _list(call, asked, _again(call) if asked.lasting else None)


async def search_many(call: Call) -> Response:
    """Answer a list whose question stands in the body, being too long for an address."""
    body = only(await read_object(call.request), "query")
    query = body.get("query", {})
    if not isinstance(query, dict):
        raise bad_payload(_NEEDED, "query")
    return await _list(call, _understood(call, query))


def _remembered(call: Call) -> Asked:
    """Understand the query string, or remember how it was understood: what names no moment and no person stays."""
    text: bytes = call.request.scope["query_string"]
    known = call.application.questions
    key = (call.collection, call.declared.tag, call.actor.roles, text)
    asked = known.get(key)
    if asked is None:
        asked = _understood(call, call.parameters())
        if len(known) >= _MOST_REMEMBERED:
            known.clear()
        if asked.lasting and len(text) <= _LONGEST_REMEMBERED:
            known[key] = asked
    return asked


def _understood(call: Call, raw: Mapping[str, Any]) -> Asked:
    platform, meta = call.application.platform, call.meta
    order = platform.reading.default_sort(call.actor, meta)
    return parse_query(call.declared, meta, call.actor, raw, now=platform.clock(), order=order)


def _again(call: Call) -> Revisit:
    """Return what is asked as words, with the tags that the caller has of it."""
    scope = call.request.scope
    return revisit(scope["path"].encode() + b"?" + scope["query_string"], call.request.headers.get("if-none-match"))


async def _list(call: Call, asked: Asked, again: Revisit | None = None) -> Response:
    page = await call.application.platform.reading.page(
        call.actor, call.collection, asked.query, again=again, chosen=True
    )
    if page.same:
        return unchanged(page.tag)
    answer_meta: dict[str, Any] = dict(page.counts) | ({"at_least": list(page.more)} if page.more else {})
    text = page.json
    if asked.keys is not None:
        text, answer_meta["next_cursor"] = _paged(asked, page)
    end = b',"meta":' + orjson.dumps(answer_meta) + b"}" if answer_meta else b"}"
    return json_response(b"".join((b'{"data":', text, end)), headers=tagged(page.tag))


def _paged(asked: Asked, page: Page) -> tuple[bytes, str | None]:
    rows = orjson.loads(page.json)
    mark = turn_page(rows, asked.keys or (), asked.query.limit, asked.added)
    return (orjson.dumps(rows) if asked.added else page.json), mark


async def read_one(call: Call) -> Response:
    """Answer one record."""
    parameters = _only(call, "fields")
    fields = _fields(call, call.meta, parameters)
    reading = call.application.platform.reading
    page = await reading.one_page(call.actor, call.collection, call.record(), fields, again=_again(call))
    if page.same:
        return unchanged(page.tag)
    return json_response(b'{"data":' + page.json + b"}", headers=tagged(page.tag))


def _only(call: Call, *names: str) -> dict[str, Any]:
    parameters = call.parameters()
    for name in parameters:
        if name not in names:
            raise bad_query(_UNSUPPORTED, name)
    return parameters


def _fields(call: Call, meta: CollectionMeta, parameters: Mapping[str, Any]) -> tuple[Path, ...]:
    raw = parameters.get("fields")
    return parse_fields(call.declared, meta, call.actor, raw) if raw else ()


# -- writing ----------------------------------------------------------------------------------------


async def create(call: Call) -> Response:
    """Create one record, or many from a list."""
    options = _options(call)
    body = await read_json(call.request)
    if isinstance(body, list):
        return await _all(call, options, [_intent(call, options, "create", patch=row) for row in _rows(body)])
    if not isinstance(body, dict):
        raise bad_payload(_NEEDED, "data")
    return await _one(call, options, _intent(call, options, "create", patch=body))


async def update(call: Call) -> Response:
    """Change one record."""
    options = _options(call)
    patch = await read_object(call.request)
    return await _one(call, options, _intent(call, options, "update", target=call.record(), patch=patch))


async def update_many(call: Call) -> Response:
    """Change many: the same for all keys, or a list of patches with their ids."""
    options = _options(call)
    body = await read_json(call.request)
    if isinstance(body, list):
        intents = []
        for row in _rows(body):
            patch = dict(row)
            if "id" not in patch:
                raise bad_payload(_NEEDED, "id")
            target = _id(patch.pop("id"), "id")
            intents.append(_intent(call, options, "update", target=target, patch=patch))
        return await _all(call, options, intents)
    keys, data = _keys_and_data(body)
    return await _all(call, options, [_intent(call, options, "update", target=key, patch=dict(data)) for key in keys])


async def delete(call: Call) -> Response:
    """Delete one record."""
    options = _options(call)
    await call.application.platform.pipeline.perform(_intent(call, options, "delete", target=call.record()))
    return Response(status_code=204)


async def delete_many(call: Call) -> Response:
    """Delete many, by a list of ids or ``keys``."""
    options = _options(call)
    body = await read_json(call.request)
    if isinstance(body, dict):
        if "query" in body:
            raise bad_payload(_BY_QUERY, "query")
        body = only(body, "keys").get("keys")
    keys = _ids(body, "keys")
    return await _all(call, options, [_intent(call, options, "delete", target=key) for key in keys], empty=True)


async def act_on_one(call: Call) -> Response:
    """Do a verb to one record."""
    return await _act(call, str(call.request.path_params["verb"]), call.record())


async def act_on_all(call: Call) -> Response:
    """Do a verb that belongs to the collection as a whole."""
    return await _act(call, str(call.request.path_params["key"]), None)


async def _act(call: Call, name: str, target: UUID | None) -> Response:
    meta = call.declared.get(call.collection)
    verb = meta.verb(name) if meta else None
    fits = verb is not None and (verb.on == "record") == (target is not None)
    if name in _WRITES or not (fits or (name == UNDO.name and target is not None)):
        raise NotFoundError(_UNKNOWN_VERB.fill(verb=name[:60]))
    options = _options(call, "dry_run", "confirm")
    params = await read_object(call.request)
    takes_version = verb is not None and any(p.name == "version" for p in verb.params)
    intent = _intent(call, options, name, target=target, patch=params, keep=takes_version)
    return await _one(call, options, intent, verb)


def _options(call: Call, *names: str) -> dict[str, Any]:
    parameters = _only(call, *(names or ("fields", "dry_run", "confirm")))
    return {
        "dry_run": _yes(parameters, "dry_run"),
        "confirmed": _yes(parameters, "confirm"),
        "fields": parameters.get("fields"),
        "version": matched_version(call.request),
        "key": idempotency_key(call.request),
        "reason": reason(call.request),
    }


def _yes(parameters: Mapping[str, Any], name: str) -> bool:
    try:
        return bool(read(Kind.BOOLEAN, parameters.get(name, False)))
    except BadValueError:
        raise bad_query(_UNSUPPORTED, name) from None


def _intent(
    call: Call,
    options: Mapping[str, Any],
    verb: str,
    *,
    target: UUID | None = None,
    patch: dict[str, Any] | None = None,
    keep: bool = False,
) -> Intent:
    patch = patch if patch is not None else {}
    version = None if keep or verb == "create" else taken_version(patch)
    base = taken_base(patch) if verb == "update" else None
    return Intent(
        actor=call.actor,
        collection=call.collection,
        verb=verb,
        origin="rest",
        target=target,
        patch=patch,
        version=options["version"] if version is None else version,
        base=base,
        key=options["key"],
        reason=options["reason"],
        request_id=call.request_id,
        dry_run=options["dry_run"],
        confirmed=options["confirmed"],
    )


async def _one(call: Call, options: Mapping[str, Any], intent: Intent, verb: Verb | None = None) -> Response:
    answer = await call.application.platform.pipeline.perform(intent)
    json = await _chosen(call, options, answer)
    told = call.application.platform.shown_once(verb, answer) if verb else {}
    if told:
        json = orjson.dumps({**orjson.loads(json or "{}"), **told}).decode()
    content = b'{"data":' + (json or "null").encode()
    if intent.dry_run:
        content += b',"meta":' + orjson.dumps({"dry_run": True, "changes": _seen_changes(answer)})
    elif answer.withheld:
        content += b',"meta":' + orjson.dumps({"withheld": answer.withheld})
    headers = {"Idempotency-Replayed": "true"} if answer.replayed else None
    return json_response(content + b"}", headers=headers)


async def _all(call: Call, options: Mapping[str, Any], intents: Sequence[Intent], *, empty: bool = False) -> Response:
    results = await call.application.platform.pipeline.perform_all(intents)
    refused = [(place, r) for place, r in enumerate(results) if isinstance(r, DirectAppError)]
    if refused:
        return refusals(refused, call.language)
    if empty:
        return Response(status_code=204)
    answers = [r for r in results if isinstance(r, Answer)]
    rows = [await _chosen(call, options, answer) or "null" for answer in answers]
    content = b'{"data":[' + ",".join(rows).encode() + b"]"
    if options["dry_run"]:
        content += b',"meta":' + orjson.dumps({"dry_run": True, "changes": [_seen_changes(a) for a in answers]})
    return json_response(content + b"}")


async def _chosen(call: Call, options: Mapping[str, Any], answer: Answer) -> str | None:
    """Return the answered record with the fields that were asked for; what was never written has only its own."""
    if not options["fields"] or answer.json is None or answer.record is None or options["dry_run"]:
        return answer.json
    fields = _fields(call, call.meta, options)
    return await call.application.platform.reading.one(call.actor, call.collection, answer.record, fields)


def _seen_changes(answer: Answer) -> dict[str, Any]:
    row = orjson.loads(answer.json) if answer.json else {}
    return {name: change for name, change in answer.changes.items() if name in row}


# -- bodies -----------------------------------------------------------------------------------------


def _rows(body: list[Any]) -> list[dict[str, Any]]:
    if len(body) > _MOST_ROWS or not all(isinstance(row, dict) for row in body):
        raise BadPayloadError(_ROWS.fill(most=_MOST_ROWS))
    return body


def _keys_and_data(body: Any) -> tuple[list[UUID], dict[str, Any]]:
    if not isinstance(body, dict):
        raise bad_payload(_NEEDED, "keys")
    if "query" in body:
        raise bad_payload(_BY_QUERY, "query")
    found = only(body, "keys", "data")
    data = found.get("data")
    if not isinstance(data, dict):
        raise bad_payload(_NEEDED, "data")
    return _ids(found.get("keys"), "keys"), data


def _ids(raw: Any, name: str) -> list[UUID]:
    if not isinstance(raw, list) or len(raw) > _MOST_ROWS:
        raise bad_payload(_KEY, name)
    return list(dict.fromkeys(_id(one, name) for one in raw))


def _id(raw: Any, name: str) -> UUID:
    try:
        return UUID(raw if isinstance(raw, str) else "")
    except ValueError:
        raise bad_payload(_KEY, name) from None
