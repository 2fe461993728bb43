"""What the tools of the trade stand on: how one is declared, and what it is run with."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from directapp.declare.spec import Spec
from directapp.derive.shown import readable_anywhere
from directapp.domains.registry.lookups import Lookups
from directapp.interfaces.mcp.arguments import Arguments
from directapp.interfaces.mcp.tools import Schema, acts_of
from directapp.kernel.actor import Actor
from directapp.kernel.text import Text
from directapp.services.intent import Intent
from directapp.services.platform import Platform
from directapp.store.query import Query

Found = dict[str, Any]
RECORD: Schema = {"type": "string", "format": "uuid"}
WORDS: Schema = {"type": "string"}
NUMBER: Schema = {"type": "number"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
DAY: Schema = {"type": "string", "format": "date"}


def or_none(schema: Schema) -> Schema:
    """Return the schema of a value that may be missing."""
    return {"anyOf": [schema, {"type": "null"}]}


def rows_of(**properties: Schema) -> Schema:
    """Return the schema of a list of objects that have at least these values."""
    return {"type": "array", "items": answer_of(**properties)}


def answer_of(**properties: Schema) -> Schema:
    """Return the schema of an object that has at least these values."""
    return {"type": "object", "properties": properties, "required": list(properties)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """What tools of the trade ask beside the platform; handed over by the composition.

    ``load_actor`` takes a tenant and a user and returns the Actor (UnauthenticatedError: not active).
    """

    lookups: Lookups
    load_actor: Callable[[UUID, UUID], Awaitable[Actor]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolContext:
    """What a tool of the trade is run with; every read and write is the actor's own.

    ``preview`` takes collection, act, target and values, and answers as the tool of that name does.
    """

    actor: Actor
    spec: Spec
    platform: Platform
    trade: Trade
    preview: Callable[[str, str, UUID | None, Found], Awaitable[Found]]

    async def rows(self, collection: str, query: Query) -> list[Found]:
        """Return the rows that a query finds (ForbiddenError: the actor does not open the collection)."""
        found: list[Found] = orjson.loads((await self.platform.reading.page(self.actor, collection, query)).json)
        return found

    async def one(self, collection: str, record: UUID, fields: Sequence[str] = ()) -> Found:
        """Return one record, of these fields what the actor may read (NotFoundError: does not see it)."""
        paths = tuple((name,) for name in fields if name in self.readable(collection))
        found: Found = orjson.loads(await self.platform.reading.one(self.actor, collection, record, paths))
        return found

    async def ask(self, collection: str, verb: str, **params: Any) -> Found:
        """Return what a verb that only looks finds."""
        given = {name: value for name, value in params.items() if value is not None}
        intent = Intent(actor=self.actor, collection=collection, verb=verb, origin="mcp", patch=given)
        answer = await self.platform.pipeline.perform(intent)
        found: Found = orjson.loads(answer.json or "{}")
        return found

    def readable(self, collection: str) -> frozenset[str]:
        """Return the fields that the actor reads in some row."""
        return readable_anywhere(self.actor, self.spec[collection])


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainTool:
    """A tool of the trade: schemas of what it takes and answers, and for whom it is."""

    name: str
    title: Text
    about: Text
    takes: Schema
    required: tuple[str, ...] = ()
    answers: Schema
    offered: Callable[[Spec, Actor], bool]
    run: Callable[[ToolContext, Arguments], Awaitable[Found]]


def may(collection: str, act: str) -> Callable[[Spec, Actor], bool]:
    """Return whether an actor may do an act to some row."""
    return lambda spec, actor: act in acts_of(spec[collection], actor)


def opens(collection: str, *fields: str) -> Callable[[Spec, Actor], bool]:
    """Return whether an actor sees some row of a collection, and these fields of it."""

    def offered(spec: Spec, actor: Actor) -> bool:
        meta = spec[collection]
        return any(meta.reads(grant).issuperset(fields) for grant in meta.grants_of(actor.roles))

    return offered
