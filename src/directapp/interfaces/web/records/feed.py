"""The feed: what happened to a record and what was said of it, newest first, from all that features tell."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from directapp.declare.names import STATUS
from directapp.derive import pages
from directapp.derive.pages import Happening
from directapp.interfaces.web.core.beside import Ask
from directapp.interfaces.web.core.context import RequestContext
from directapp.interfaces.web.core.feature import Features, FeedLine, FeedSource, Rows
from directapp.interfaces.web.core.seen import Record
from directapp.interfaces.web.core.words import WORDS

_FIRST, MANY = 12, 200
_LOOKED_AT = 60


@dataclass(frozen=True, slots=True)
class Choice:
    """A filter of the feed."""

    code: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A record's feed as its template writes it; ``more`` says that there is more than is shown."""

    lines: Sequence[FeedLine]
    choices: Sequence[Choice]
    chosen: str
    more: bool


@dataclass(frozen=True, slots=True)
class FeedAsked:
    """What is asked for a feed: the sources that are wanted, each with its question."""

    sources: Sequence[tuple[FeedSource, Ask]]
    wanted: str
    most: int

    @property
    def asks(self) -> list[Ask]:
        """The questions of the wanted sources."""
        return [ask for source, ask in self.sources if self.wants(source.code)]

    def wants(self, code: str) -> bool:
        """Whether what a source tells is shown."""
        return self.wanted in {"", code}


def ask_feed(ctx: RequestContext, record: Record, wanted: str, most: int = _FIRST) -> FeedAsked:
    """Return what is asked for the feed of a record; ``wanted`` is the one source that is shown, empty for all."""
    sources = ctx.services.get(Features).feed_sources(record.meta.name) if record.view.full else []
    asked = [(source, source.ask(ctx, record, most + 1)) for source in sources]
    asked = [(source, ask) for source, ask in asked if ask.query is not None]
    known = {source.code for source, _ in asked} | {STATUS}
    return FeedAsked(asked, wanted if wanted in known else "", most)


async def feed_of(ctx: RequestContext, record: Record, asked: FeedAsked, answers: Sequence[Rows]) -> Feed | None:
    """Return the feed of a record from what was found, None where nothing can be told of it."""
    moves = record.view.full and record.meta.declared.history and record.meta.declared.workflow is not None
    if not asked.sources and not moves:
        return None
    lines: list[FeedLine] = []
    wanted = [source for source, _ in asked.sources if asked.wants(source.code)]
    for source, rows in zip(wanted, answers, strict=True):
        lines += source.tell(ctx, record, rows)
    if moves and asked.wants(STATUS):
        lines += await _moves(ctx, record, asked.most)
    lines.sort(key=lambda line: line.at, reverse=True)
    labels = [(source.code, source.label) for source, _ in asked.sources]
    labels += [(STATUS, WORDS["feed_status"])] if moves else []
    choices = [Choice("", ctx.say(WORDS["feed_all"]), not asked.wanted)]
    choices += [Choice(code, ctx.say(label), asked.wanted == code) for code, label in labels]
    return Feed(lines=lines[: asked.most], choices=choices, chosen=asked.wanted, more=len(lines) > asked.most)


async def _moves(ctx: RequestContext, record: Record, most: int) -> Iterable[FeedLine]:
    """Return when the status of a record changed, by whom: out of its history, as far as the reader may read it."""
    limit = max(_LOOKED_AT, most)
    entries = await ctx.platform.reading.history(ctx.person, record.meta.name, record.id, limit=limit)
    moved = [e for e in entries if STATUS in e["changes"]]
    told = pages.history_of(ctx.formatter, record.meta, moved, {})
    return [_move(entry, happening) for entry, happening in zip(moved, told, strict=True)]


def _move(entry: Mapping[str, Any], happening: Happening) -> FeedLine:
    change = next((d for d in happening.differences if d.now.look == "chip"), None)
    return FeedLine(
        at=entry["at"],
        when=happening.when,
        who=happening.who,
        icon="refresh",
        shown=(change.now,) if change else (),
        text="" if change else happening.did,
    )
