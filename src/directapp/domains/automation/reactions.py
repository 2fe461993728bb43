"""What automation does about an event: asks for what subscribed webhooks and switched-on rules want done."""

from collections.abc import Mapping
from typing import Any

from directapp.domains.automation import rule_runs
from directapp.domains.automation.catalogue import CIRCLE, DEEPEST, SYSTEM
from directapp.domains.automation.conditions import Vocabulary, holds, read_conditions, vocabulary
from directapp.domains.automation.deliveries import queue
from directapp.kernel.errors import NotFoundError
from directapp.services.act import Act, Seen

RUN = "rule.run"
_MOST = 200


async def follow(act: Act) -> None:
    """Tell the webhooks that listen, and ask for what the rules that fit want done."""
    event = act.verb
    asked = act.find("webhooks", system=SYSTEM, limit=_MOST, settled=True, active=True)
    webhooks = [w for w in await asked if listens(w, event)]
    rules = await act.find("workflow_rules", system=SYSTEM, limit=_MOST, settled=True, event=event, active=True)
    if act.seen is None or not (webhooks or rules):
        return
    moved = {name: act.params[name] for name in ("from", "to") if act.params.get(name) is not None}
    for webhook in webhooks:
        await queue(act, webhook, event, act.collection, act.target.id, moved)
    if not rules:
        return
    record = await facts(act, act.target, moved)
    words = words_of(act, act.collection)
    depth = int(act.params.get("depth", 0))
    for rule in rules:
        if not holds([words.coded(c) for c in read_conditions(rule.row["conditions"] or "")], record):
            continue
        if depth >= DEEPEST:
            await stop(act, rule)
        else:
            about: dict[str, Any] = {"collection": act.collection, "record": str(act.target.id), "caused_by": event}
            act.emit(RUN, on=rule, **about)


def listens(webhook: Seen, event: str) -> bool:
    """Whether a webhook wants to know of an event."""
    return event in (webhook.row["events"] or ())


def words_of(act: Act, collection: str) -> Vocabulary:
    """Return what people may call the fields that a rule about a collection asks of."""
    return vocabulary(act.fields(collection), act.fields("cars"))


async def facts(act: Act, seen: Seen, more: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a rule's conditions may ask of: the record's fields, and those of its car as ``car.field``."""
    found: dict[str, Any] = {**seen.row, **more}
    car = seen.row.get("car")
    if seen.collection != "cars" and car is not None:
        try:
            whole = await act.look_up("cars", car, system="workflow")
        except NotFoundError:
            return found
        found |= {f"car.{name}": value for name, value in whole.row.items()}
    return found


async def stop(act: Act, rule: Seen) -> None:
    """Switch off a rule that goes in a circle, and say so."""
    await act.change({"active": False, "stopped_because": CIRCLE}, system=SYSTEM, on=rule)
    values = {
        "rule": rule.id,
        "event": act.verb,
        "collection": act.collection,
        "record": str(act.target.id),
        "outcome": "stopped",
    }
    await act.create(rule_runs.NAME, values, system=SYSTEM)
