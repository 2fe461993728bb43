"""Listening: as whom a webhook hears of records, and what of an event it is told."""

from typing import Any

from directapp.declare.names import plain
from directapp.domains.automation.fields import Webhooks
from directapp.domains.people.roles import ADMIN, MANAGER
from directapp.kernel.actor import Actor
from directapp.services.command import CommandContext
from directapp.services.seen import Seen
from directapp.services.validation import json_value

# A field of the system's own, which only those read who see a record in full.
_IN_FULL = "created_at"
# What every event carries; who did it is nothing that other systems are told.
_TRAIL = frozenset({"actor", "user", "version", "depth", "from", "to", "was"})


def listener(ctx: CommandContext, webhook: Seen) -> Actor:
    """Return the actor whose rights a webhook has: the manager of its site, or the administrator of the company."""
    site = webhook.row.get(Webhooks.dealership)
    return Actor(
        tenant=ctx.actor.tenant,
        user=None,
        name=f"webhook:{webhook.row[Webhooks.name]}",
        roles=frozenset({MANAGER if site else ADMIN}),
        site=site,
        sites=frozenset({site} if site else ()),
    )


async def heard_by(ctx: CommandContext, webhook: Seen, about: Seen) -> frozenset[str]:
    """Return the fields that a webhook may read of a record; none where it is not told of it at all."""
    return await ctx.readable(about, listener(ctx, webhook))


def told(ctx: CommandContext, about: Seen, readable: frozenset[str]) -> dict[str, Any]:
    """Return what an event carries, and the own fields of its record, as far as a listener may read them.

    What is no field of the record is told to those who see the record in full.
    """
    event, fields = ctx.params, ctx.fields(about.collection)
    moved = {name: event[name] for name in ("from", "to") if event.get(name) is not None and "status" in readable}
    was = {name: value for name, value in (event.get("was") or {}).items() if name in readable}
    own = {
        name: value
        for name, value in event.items()
        if name not in _TRAIL and (name if name in fields else _IN_FULL) in readable
    }
    return {**moved, **({"was": was} if was else {}), **own, **own_values(ctx, about, readable)}


def own_values(ctx: CommandContext, about: Seen, readable: frozenset[str]) -> dict[str, Any]:
    """Return what stands in the own fields of a record that a listener may read, by their names, as REST tells it."""
    row = plain(about.row)
    fields = ctx.fields(about.collection)
    return {n: json_value(item, row.get(n)) for n, item in fields.items() if item.own and n in readable}
