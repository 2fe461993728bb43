"""The tools of a person: those of the trade, reading, and what the person may do, by what the person does most."""

from collections.abc import Mapping

from mcp_types import Tool, ToolAnnotations

from directapp.declare.spec import CollectionMeta, Spec
from directapp.interfaces.mcp import asking_tools, plan_tools, vehicle_tools, watch_tools
from directapp.interfaces.mcp.domain_tools import DomainTool
from directapp.interfaces.mcp.tools import (
    MOST_TOOLS,
    Dialect,
    acts_of,
    fixed_tools,
    grouped_tool,
    named_tool,
    object_of,
    seen,
)
from directapp.kernel.actor import Actor
from directapp.kernel.languages import Language

DOMAIN_TOOLS: dict[str, DomainTool] = {
    tool.name: tool for tool in (*asking_tools.TOOLS, *vehicle_tools.TOOLS, *plan_tools.TOOLS, *watch_tools.TOOLS)
}


def offered(spec: Spec, actor: Actor) -> list[DomainTool]:
    """Return the tools of the trade that a person may use in some row."""
    return [tool for tool in DOMAIN_TOOLS.values() if tool.offered(spec, actor)]


def tools_of(spec: Spec, dialect: Dialect, actor: Actor, done: Mapping[str, int] | None = None) -> list[Tool]:
    """Return the tools of a person, at most ``MOST_TOOLS``; ``done``: how often in each collection the person acted.

    Where there are more acts than room, collections are told of as one tool each, those acted in least first: half of
    the room is kept for tools of one act. What is left out even so is reached by ``preview``.
    """
    metas = seen(spec, actor)
    tools = [
        *fixed_tools([meta.name for meta in metas], actor.language),
        *(as_tool(tool, actor.language) for tool in offered(spec, actor)),
    ]
    acting = sorted((meta for meta in metas if acts_of(meta, actor)), key=lambda meta: _place(meta, done or {}))
    apart = _apart([len(acts_of(meta, actor)) for meta in acting], MOST_TOOLS - len(tools))
    for place, meta in enumerate(acting):
        if place in apart:
            tools += [named_tool(dialect, meta, actor, act) for act in acts_of(meta, actor)]
        elif len(tools) < MOST_TOOLS:
            tools.append(grouped_tool(meta, actor))
    return tools[:MOST_TOOLS]


def _place(meta: CollectionMeta, done: Mapping[str, int]) -> tuple[int, bool, bool]:
    """Return where a collection stands: what is acted in most, then what has a life of its own, then the menu's."""
    return -done.get(meta.name, 0), meta.declared.workflow is None, not meta.declared.views.menu


def _apart(counts: list[int], room: int) -> frozenset[int]:
    """Return the places whose acts are tools of their own: all, or what fits beside one tool for each of the others."""
    if sum(counts) <= room:
        return frozenset(range(len(counts)))
    apart, taken = set[int](), 0
    for place, count in enumerate(counts):
        groups = min(len(counts) - len(apart) - 1, room // 2)
        if taken + count + groups <= room:
            apart.add(place)
            taken += count
    return frozenset(apart)


def as_tool(tool: DomainTool, language: Language) -> Tool:
    """Return a tool of the trade as the protocol tells of it."""
    return Tool(
        name=tool.name,
        title=tool.title.pick(language),
        description=tool.about.pick(language),
        input_schema=object_of(tool.takes, tool.required),
        output_schema=tool.answers,
        annotations=ToolAnnotations(
            read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
        ),
    )
