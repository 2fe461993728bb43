"""What automation does about an event: asks for what subscribed webhooks and switched-on rules want done."""

from collections.abc import Mapping
from typing import Any

from directapp.declare.kinds import BadValueError
from directapp.declare.names import Values, plain
from directapp.domains.automation.catalogue import CIRCLE, DEEPEST, SYSTEM, UNREADABLE
from directapp.domains.automation.conditions import Vocabulary, holds, read_conditions, vocabulary
from directapp.domains.automation.deliveries import queue
from directapp.domains.automation.events import RUN
from directapp.domains.automation.fields import RULE_RUNS, WEBHOOKS, WORKFLOW_RULES, RuleRuns, Webhooks, WorkflowRules
from directapp.domains.automation.listening import heard_by, told
from directapp.domains.automation.references import resolved
from directapp.domains.automation.telling import tell_administrators
from directapp.domains.cars.fields import CARS, ITS_CAR
from directapp.kernel.errors import NotFoundError
from directapp.kernel.text import Text, _
from directapp.services.command import CommandContext
from directapp.services.seen import Seen

_MOST = 200
IN_A_CIRCLE = _("The rule goes in a circle.")
_RULE_STOPPED = _("The rule “{name}” is stopped. {why}")


async def follow(ctx: CommandContext) -> None:
    """Tell the webhooks that listen, and ask for what the rules that fit want done."""
    event = ctx.verb
    asked = ctx.find(WEBHOOKS, {Webhooks.active: True}, system=SYSTEM, limit=_MOST, cached=True)
    webhooks = [w for w in await asked if listens(w, event)]
    rules = await ctx.find(
        WORKFLOW_RULES,
        {WorkflowRules.event: event, WorkflowRules.active: True},
        system=SYSTEM,
        limit=_MOST,
        cached=True,
    )
    if ctx.seen is None or not (webhooks or rules):
        return
    for webhook in webhooks:
        if readable := await heard_by(ctx, webhook, ctx.seen):
            await queue(ctx, webhook, event, ctx.seen, told(ctx, ctx.seen, readable))
    if not rules:
        return
    moved = {name: ctx.params[name] for name in ("from", "to") if ctx.params.get(name) is not None}
    record = await facts(ctx, ctx.seen, moved)
    words = words_of(ctx, ctx.collection)
    for rule in rules:
        try:
            conditions = await resolved(ctx, read_conditions(rule.row[WorkflowRules.conditions] or "", words))
        except BadValueError as error:
            await stop(ctx, rule, UNREADABLE, error.text)
            continue
        if not holds(conditions, record):
            continue
        if int(ctx.params.get("depth", 0)) >= DEEPEST:
            await stop(ctx, rule, CIRCLE, IN_A_CIRCLE)
        else:
            about: dict[str, Any] = {"collection": ctx.collection, "record": str(ctx.target.id), "caused_by": event}
            ctx.emit(RUN, on=rule, **about)


def listens(webhook: Seen, event: str) -> bool:
    """Whether a webhook wants to know of an event."""
    return event in (webhook.row[Webhooks.events] or ())


def words_of(ctx: CommandContext, collection: str) -> Vocabulary:
    """Return what people may call the fields that a rule about a collection asks of."""
    return vocabulary(collection, ctx.fields(collection), ctx.fields(CARS))


async def facts(ctx: CommandContext, seen: Seen, more: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a rule's conditions may ask of: the record's fields, and those of its car as ``car.field``."""
    found: dict[str, Any] = {**more, **plain(seen.row)}
    car = seen.row.get(ITS_CAR)
    if seen.collection != CARS and car is not None:
        try:
            whole = await ctx.look_up(CARS, car, system="workflow")
        except NotFoundError:
            return found
        found |= {f"car.{name}": value for name, value in plain(whole.row).items()}
    return found


async def stop(ctx: CommandContext, rule: Seen, why: str, words: Text) -> None:
    """Switch off a rule that goes in a circle or cannot be read, and tell the administrators."""
    await ctx.change({WorkflowRules.active: False, WorkflowRules.stopped_because: why}, system=SYSTEM, on=rule)
    values: Values = {
        RuleRuns.rule: rule.id,
        RuleRuns.event: ctx.verb,
        RuleRuns.collection: ctx.collection,
        RuleRuns.record: str(ctx.target.id),
        RuleRuns.outcome: "stopped",
        RuleRuns.told: words,
    }
    await ctx.create(RULE_RUNS, values, system=SYSTEM)
    await tell_administrators(ctx, rule, _RULE_STOPPED.fill(name=rule.row[WorkflowRules.name], why=words))
