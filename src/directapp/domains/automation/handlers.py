"""What automation does about an event: asks for what subscribed webhooks and switched-on rules want done."""

from collections.abc import Mapping
from typing import Any

from directapp.declare.kinds import BadValueError
from directapp.domains.automation.catalogue import CIRCLE, DEEPEST, SYSTEM, UNREADABLE
from directapp.domains.automation.conditions import Vocabulary, holds, read_conditions, vocabulary
from directapp.domains.automation.deliveries import queue
from directapp.domains.automation.events import RUN
from directapp.domains.automation.fields import RULE_RUNS, WEBHOOKS, WORKFLOW_RULES
from directapp.domains.automation.listening import heard_by, told
from directapp.domains.automation.references import resolved
from directapp.domains.automation.telling import tell_administrators
from directapp.domains.cars.fields import CARS
from directapp.kernel.errors import NotFoundError
from directapp.kernel.text import Text, _
from directapp.services.act import Act, Seen

_MOST = 200
IN_A_CIRCLE = _("The rule goes in a circle.")
_RULE_STOPPED = _("The rule “{name}” is stopped. {why}")


async def follow(act: Act) -> None:
    """Tell the webhooks that listen, and ask for what the rules that fit want done."""
    event = act.verb
    asked = act.find(WEBHOOKS, system=SYSTEM, limit=_MOST, settled=True, active=True)
    webhooks = [w for w in await asked if listens(w, event)]
    rules = await act.find(WORKFLOW_RULES, system=SYSTEM, limit=_MOST, settled=True, event=event, active=True)
    if act.seen is None or not (webhooks or rules):
        return
    for webhook in webhooks:
        if readable := await heard_by(act, webhook, act.seen):
            await queue(act, webhook, event, act.seen, told(act, act.seen, readable))
    if not rules:
        return
    moved = {name: act.params[name] for name in ("from", "to") if act.params.get(name) is not None}
    record = await facts(act, act.seen, moved)
    words = words_of(act, act.collection)
    for rule in rules:
        try:
            conditions = await resolved(act, read_conditions(rule.row["conditions"] or "", words))
        except BadValueError as error:
            await stop(act, rule, UNREADABLE, error.text)
            continue
        if not holds(conditions, record):
            continue
        if int(act.params.get("depth", 0)) >= DEEPEST:
            await stop(act, rule, CIRCLE, IN_A_CIRCLE)
        else:
            about: dict[str, Any] = {"collection": act.collection, "record": str(act.target.id), "caused_by": event}
            act.emit(RUN, on=rule, **about)


def listens(webhook: Seen, event: str) -> bool:
    """Whether a webhook wants to know of an event."""
    return event in (webhook.row["events"] or ())


def words_of(act: Act, collection: str) -> Vocabulary:
    """Return what people may call the fields that a rule about a collection asks of."""
    return vocabulary(collection, act.fields(collection), act.fields(CARS))


async def facts(act: Act, seen: Seen, more: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a rule's conditions may ask of: the record's fields, and those of its car as ``car.field``."""
    found: dict[str, Any] = {**more, **seen.row}
    car = seen.row.get("car")
    if seen.collection != CARS and car is not None:
        try:
            whole = await act.look_up(CARS, car, system="workflow")
        except NotFoundError:
            return found
        found |= {f"car.{name}": value for name, value in whole.row.items()}
    return found


async def stop(act: Act, rule: Seen, why: str, words: Text) -> None:
    """Switch off a rule that goes in a circle or cannot be read, and tell the administrators."""
    await act.change({"active": False, "stopped_because": why}, system=SYSTEM, on=rule)
    values = {
        "rule": rule.id,
        "event": act.verb,
        "collection": act.collection,
        "record": str(act.target.id),
        "outcome": "stopped",
        "told": words,
    }
    await act.create(RULE_RUNS, values, system=SYSTEM)
    await tell_administrators(act, rule, _RULE_STOPPED.fill(name=rule.row["name"], why=words))
