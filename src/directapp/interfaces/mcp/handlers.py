"""What the tools do: read as the person, and write in two steps."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from uuid import UUID

import orjson
from mcp_types import Tool

from directapp.declare.spec import CollectionMeta, Spec
from directapp.derive.cursor import turn_page
from directapp.interfaces.mcp import arguments as read
from directapp.interfaces.mcp.arguments import Arguments
from directapp.interfaces.mcp.catalogue import DOMAIN_TOOLS, tools_of
from directapp.interfaces.mcp.domain_tools import Found, ToolContext, Trade
from directapp.interfaces.mcp.previews import Previews
from directapp.interfaces.mcp.tools import (
    GROUPED,
    Asked,
    Dialect,
    act_named,
    acts_of,
    described,
    seen,
    takes_id,
)
from directapp.kernel.actor import Actor
from directapp.kernel.errors import (
    BadQueryError,
    DirectAppError,
    ForbiddenError,
    NotFoundError,
    Problem,
    UnconfirmedError,
)
from directapp.kernel.text import _
from directapp.services.explain import explain
from directapp.services.intent import Answer, Intent
from directapp.services.platform import Platform
from directapp.telemetry.tracing import request_id

_MOST_BYTES = 200_000
_QUERY = ("filter", "fields", "sort", "search", "cursor", "aggregate", "groupBy")
_NO_TOOL = _("There is no tool {name}, or it is not for you.")
_NO_ACT = _("There is no act {name} here, or it is not for you. Ask catalogue.")
_TOO_MUCH = _("The answer is too large. Ask for fewer rows or fewer fields.")


@dataclass(slots=True)
class Handlers:
    """The tools of every person."""

    platform: Platform
    dialect: Dialect
    previews: Previews
    trade: Trade

    async def call(self, actor: Actor, tool: str, arguments: Arguments) -> Found:
        """Do what a tool does.

        Raises:
            DirectAppError: refused, with every problem; NotFoundError where the actor has no such tool.

        """
        fixed: dict[str, tuple[Callable[[Actor, Arguments], Awaitable[Found]], tuple[str, ...]]] = {
            "catalogue": (self._catalogue, ("collection",)),
            "list": (self._list, ("collection", "limit", *_QUERY)),
            "get": (self._get, ("collection", "id", "fields")),
            "history": (self._history, ("collection", "id", "limit")),
            "explain": (self._explain, ("collection", "id", "field")),
            "preview": (self._preview, ("collection", "act", "id", "values")),
            "commit": (self._commit, ("token",)),
        }
        arguments = read.read(arguments)
        if tool in fixed:
            handle, names = fixed[tool]
            read.refuse_others(arguments, names)
            return await handle(actor, arguments)
        spec = await self._spec(actor)
        if tool in DOMAIN_TOOLS:
            return await self._domain(spec, actor, tool, arguments)
        grouped = spec.get(tool.removesuffix(GROUPED)) if tool.endswith(GROUPED) else None
        if grouped is not None and grouped in seen(spec, actor):
            read.refuse_others(arguments, ("act", "id", "values"))
            return await self._preview(actor, {**arguments, "collection": grouped.name})
        named = act_named(spec, actor, tool)
        if named is None:
            raise NotFoundError(_NO_TOOL.fill(name=tool[:80]))
        meta, act = named
        read.refuse_others(arguments, ("id", "values"))
        return await self._asked(actor, meta, act, arguments)

    async def tools(self, actor: Actor) -> list[Tool]:
        """Return the tools of a person, by what the person has done most of late."""
        done = await self.platform.reading.acts_done(actor)
        return tools_of(await self._spec(actor), self.dialect, actor, done)

    async def _domain(self, spec: Spec, actor: Actor, name: str, arguments: Arguments) -> Found:
        tool = DOMAIN_TOOLS[name]
        if not tool.offered(spec, actor):
            raise NotFoundError(_NO_TOOL.fill(name=name))
        read.refuse_others(arguments, tuple(tool.takes))

        async def preview(collection: str, act: str, target: UUID | None, values: Found) -> Found:
            return await self._previewed(actor, spec[collection], act, target, values)

        ctx = ToolContext(actor=actor, spec=spec, platform=self.platform, trade=self.trade, preview=preview)
        return await tool.run(ctx, arguments)

    # -- reading ------------------------------------------------------------------------------------

    async def _catalogue(self, actor: Actor, arguments: Arguments) -> Found:
        if arguments.get("collection") is not None:
            return described(self.dialect, await self._meta(actor, arguments), actor)
        return {
            "collections": [
                {"collection": m.name, "label": m.declared.plural.pick(actor.language), "about": m.declared.notes}
                for m in seen(await self._spec(actor), actor)
            ]
        }

    async def _list(self, actor: Actor, arguments: Arguments) -> Found:
        meta, reading = await self._meta(actor, arguments), self.platform.reading
        asked = {name: arguments[name] for name in _QUERY if arguments.get(name) is not None}
        figures = "aggregate" in asked
        if not figures:
            asked["limit"] = read.number(arguments, "limit", 25)
            asked.setdefault("cursor", "")
        question: Asked = self.dialect.parse(
            meta.spec,
            meta,
            actor,
            asked,
            now=self.platform.clock(),
            order=reading.default_sort(actor, meta),
        )
        page = await reading.page(actor, meta.name, question.query, chosen=True)
        if len(page.json) > _MOST_BYTES:
            raise BadQueryError(Problem(_TOO_MUCH, field="limit"))
        rows = orjson.loads(page.json)
        mark = None if figures else turn_page(rows, question.keys or (), question.query.limit, question.added)
        return {"rows": rows} | ({"next_cursor": mark} if mark else {})

    async def _get(self, actor: Actor, arguments: Arguments) -> Found:
        meta, record = await self._meta(actor, arguments), read.record_id(arguments)
        fields = arguments.get("fields") or ()
        if not isinstance(fields, list | tuple) or not all(isinstance(one, str) for one in fields):
            raise BadQueryError(Problem(read.MUST_BE_TEXT.fill(name="fields"), field="fields"))
        unknown = [name for name in fields if name not in meta.fields]
        if unknown:
            raise BadQueryError([Problem(read.NOT_TAKEN.fill(name=name), field=name) for name in unknown])
        row: Found = orjson.loads(
            await self.platform.reading.one(actor, meta.name, record, tuple((name,) for name in fields))
        )
        return {"record": row}

    async def _history(self, actor: Actor, arguments: Arguments) -> Found:
        meta, record = await self._meta(actor, arguments), read.record_id(arguments)
        await self.platform.reading.one(actor, meta.name, record, (("id",),))
        limit = read.number(arguments, "limit", 50)
        entries = await self.platform.reading.history(actor, meta.name, record, limit=limit)
        return {"changes": orjson.loads(orjson.dumps(entries, default=str))}

    async def _explain(self, actor: Actor, arguments: Arguments) -> Found:
        meta = await self._meta(actor, arguments)
        field = arguments.get("field")
        if field is not None and (not isinstance(field, str) or field not in meta.fields):
            raise BadQueryError(Problem(read.NOT_TAKEN.fill(name=str(field)[:80]), field="field"))
        record = read.record_id(arguments) if arguments.get("id") is not None else None
        told = await explain(self.platform.database, actor, meta, record, field)
        return {"why": [line.pick(actor.language) for line in told]}

    # -- writing ------------------------------------------------------------------------------------

    async def _preview(self, actor: Actor, arguments: Arguments) -> Found:
        meta, act = await self._meta(actor, arguments), read.text(arguments, "act")
        if act not in acts_of(meta, actor):
            raise NotFoundError(_NO_ACT.fill(name=act[:80]))
        return await self._asked(actor, meta, act, arguments)

    async def _asked(self, actor: Actor, meta: CollectionMeta, act: str, arguments: Arguments) -> Found:
        target = read.record_id(arguments) if takes_id(meta, act) else None
        return await self._previewed(actor, meta, act, target, read.values(arguments))

    async def _previewed(
        self, actor: Actor, meta: CollectionMeta, act: str, target: UUID | None, values: Found
    ) -> Found:
        """Show what an act would do; what must be confirmed is told, and confirmed by the commit."""
        version = await self._version(actor, meta, target)
        consequences: list[str] = []
        intent = Intent(
            actor=actor,
            collection=meta.name,
            verb=act,
            origin="mcp",
            target=target,
            patch=values,
            version=version,
            dry_run=True,
        )
        try:
            answer = await self.platform.pipeline.perform(intent)
        except UnconfirmedError as error:
            consequences = [problem.message.pick(actor.language) for problem in error.problems]
            intent = replace(intent, confirmed=True)
            answer = await self.platform.pipeline.perform(intent)
        return {
            "changes": _told(answer),
            "consequences": consequences,
            "written": False,
            "token": self.previews.token(intent, self.platform.clock()),
        } | ({"found": orjson.loads(answer.json)} if answer.looked and answer.json else {})

    async def _version(self, actor: Actor, meta: CollectionMeta, target: UUID | None) -> int | None:
        if target is None:
            return None
        row = orjson.loads(await self.platform.reading.one(actor, meta.name, target))
        version: int | None = row.get("version")
        return version

    async def _commit(self, actor: Actor, arguments: Arguments) -> Found:
        intent = self.previews.intent(read.text(arguments, "token"), actor, self.platform.clock())
        meta = (await self._spec(actor)).get(intent.collection)
        if meta is None or intent.verb not in acts_of(meta, actor):
            raise ForbiddenError
        # The log's id of the request: by it the history leads to what the log says.
        answer = await self.platform.pipeline.perform(replace(intent, request_id=request_id.get() or None))
        record = orjson.loads(answer.json) if answer.json else None
        return {
            "written": True,
            "replayed": answer.replayed,
            "id": str(answer.record) if answer.record else None,
            "record": record,
            "changes": _told(answer),
        }

    async def _spec(self, actor: Actor) -> Spec:
        return await self.platform.database.spec_of(actor.tenant)

    async def _meta(self, actor: Actor, arguments: Arguments) -> CollectionMeta:
        return await self.platform.reading.meta(actor, read.text(arguments, "collection"))


def _told(answer: Answer) -> Found:
    """Return the changes as the actor sees them: a field that the answer does not show is named alone."""
    seen_fields = orjson.loads(answer.json) if answer.json else {}
    return {
        name: {"before": pair[0], "after": pair[1]}
        for name, pair in answer.changes.items()
        if name in seen_fields and name not in {"updated_at", "updated_by", "version"}
    }


def refusal(error: DirectAppError, actor: Actor) -> Found:
    """Return a refusal as a tool answers it: a code, and every problem with its field."""
    return {
        "code": error.code,
        "problems": [
            {"message": problem.message.pick(actor.language)} | ({"field": problem.field} if problem.field else {})
            for problem in error.problems
        ],
    }
