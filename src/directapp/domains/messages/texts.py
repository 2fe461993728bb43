"""Message texts: what a company, or a site, writes in place of the product's words."""

import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from directapp.declare.access import Access, Grant
from directapp.declare.case import Case
from directapp.declare.collection import Collection, SetUp, Unique, Views
from directapp.declare.fields import Choice, Group, choices, field
from directapp.declare.kinds import Kind
from directapp.declare.names import plain
from directapp.declare.rules import Empty, Is, Who
from directapp.declare.verbs import Verb
from directapp.domains.messages.editable import CUSTOMER, EDITABLE, Outward
from directapp.domains.messages.fields import MESSAGE_TEXTS as NAME
from directapp.domains.messages.fields import MessageTexts
from directapp.domains.people.fields import DEALERSHIPS
from directapp.domains.people.roles import ADMIN, MANAGER
from directapp.kernel.errors import Problem
from directapp.kernel.text import Text, _, language_names
from directapp.services.command import CommandContext

_MOST = 2000
PARTS = (MessageTexts.subject, MessageTexts.body, MessageTexts.sms)
_GREETING = frozenset({"first", "model", "site"})
_LINK = "link"
_UNKNOWN = _("There is no {place} in this message. There are: {known}.")
_BRACES = _("A brace has no other. Placeholders are written like {place}.")
_NO_SMS = _("This message is not sent as a text message.")
_NEEDS = _("The text message must hold {place}: without it nobody finds the page.")
_NOTHING = _("The product’s text holds already.")

TEXT = Group(
    "all",
    _("Message text"),
    (
        field(
            MessageTexts.event,
            _("Message"),
            Kind.CHOICE,
            choices=tuple(Choice(one.code, one.label) for one in EDITABLE.values()),
            required=True,
            immutable=True,
        ),
        field(
            MessageTexts.language,
            _("Language"),
            Kind.CHOICE,
            choices=choices(*language_names()),
            required=True,
            immutable=True,
        ),
        field(
            MessageTexts.dealership,
            _("Site"),
            Kind.REF,
            ref=DEALERSHIPS,
            immutable=True,
            help=_("Empty is the whole company."),
        ),
        field(MessageTexts.subject, _("Subject"), max_length=150),
        field(MessageTexts.body, _("Text"), Kind.TEXT, max_length=1500),
        field(MessageTexts.sms, _("Text message"), Kind.TEXT, max_length=480),
    ),
)


def places_in(text: str) -> frozenset[str] | None:
    """Return the placeholders of a text; None where its braces do not fit, or ask for more than a plain name."""
    try:
        parsed = list(string.Formatter().parse(text))
    except ValueError:
        return None
    if any(name == "" or asked or conversion for _before, name, asked, conversion in parsed):
        return None
    return frozenset(name for _before, name, _asked, _conversion in parsed if name is not None)


def places_of(entry: Outward, part: str) -> tuple[str, ...]:
    """Return the placeholders that a part of a message may hold; the page's address stands in text messages alone."""
    said = [getattr(entry, name) for name in PARTS]
    found = {place for text in said if text is not None for place in places_in(text.english) or ()}
    found |= _GREETING if entry.code in CUSTOMER else set()
    return tuple(sorted(found if part == "sms" else found - {_LINK}))


def places_fit(case: Case) -> list[Problem]:
    """Refuse placeholders that a message does not fill, by their names, and a text message that leads nowhere."""
    entry = EDITABLE.get(str(case.get(MessageTexts.event)))
    written = {part: str(case.get(part)) for part in PARTS if case.get(part)}
    return [] if entry is None else [p for part, text in written.items() for p in flaws(entry, part, text)]


def flaws(entry: Outward, part: str, text: str) -> list[Problem]:
    """Return what is wrong with a part of a message as somebody wrote it."""
    if part == "sms" and entry.sms is None:
        return [Problem(_NO_SMS, field=part)]
    known, found = places_of(entry, part), places_in(text)
    if found is None:
        return [Problem(_BRACES.fill(place="{first}"), field=part)]
    told = ", ".join(f"{{{name}}}" for name in known)
    problems = [
        Problem(_UNKNOWN.fill(place=f"{{{name}}}", known=told), field=part) for name in sorted(found - set(known))
    ]
    if part == "sms" and entry.sms is not None and _LINK in (places_in(entry.sms.english) or ()) and _LINK not in found:
        problems.append(Problem(_NEEDS.fill(place=f"{{{_LINK}}}"), field=part))
    return problems


def words_of(entry: Outward, part: str, own: Mapping[str, str], fills: Mapping[str, Text], language: str) -> str:
    """Return a part of a message in a language, its placeholders filled: in own words, else in the product's."""
    if own.get(part):
        return own[part].format_map({name: text.pick(language) for name, text in fills.items()})
    said: Text = getattr(entry, part)
    return said.fill(**fills).pick(language)


def merged(rows: Sequence[Mapping[str, Any]], site: UUID | None) -> dict[str, str]:
    """Return the words that hold at a site: its own, else the company's, part by part."""
    found: dict[str, str] = {}
    for owner in (None, site):
        for row in rows:
            if row.get(MessageTexts.dealership) == owner:
                found |= {part: str(row[part]) for part in PARTS if row.get(part)}
    return found


async def own_words(ctx: CommandContext, event: str, language: str, site: object) -> dict[str, str]:
    """Return what a site, or its company, writes in place of the product's words of a message."""
    return (await all_words(ctx, event)).of(language, site)


@dataclass(frozen=True, slots=True)
class OwnWords:
    """What a company and its sites write in place of the product's words of one message, in every language."""

    rows: Sequence[Mapping[str, Any]] = ()

    def of(self, language: str, site: object) -> dict[str, str]:
        """Return the words that hold at a site in a language, part by part; none are the product's."""
        spoken = [row for row in self.rows if row[MessageTexts.language] == language]
        return merged(spoken, site if isinstance(site, UUID) else None)


async def all_words(ctx: CommandContext, event: str) -> OwnWords:
    """Return what is written of a message, whoever it is for."""
    found = await ctx.find(NAME, {MessageTexts.event: event}, system="pipeline", limit=_MOST, cached=True)
    return OwnWords([plain(one.row) for one in found])


async def reset(ctx: CommandContext) -> None:
    """Let the text above hold again: the company's, else the product's. What was written stays in the history."""
    await ctx.change(dict.fromkeys(PARTS))


def _has_words(case: Case) -> Problem | None:
    if any(case.get(part) for part in PARTS):
        return None
    return Problem(_NOTHING, code="CONFLICT")


_OWN = Is(MessageTexts.dealership, Who.SITE)

MESSAGE_TEXTS = Collection(
    name=NAME,
    set_up=SetUp(key=(MessageTexts.event, MessageTexts.language, MessageTexts.dealership)),
    label=_("Message text"),
    plural=_("Message texts"),
    groups=(TEXT,),
    access=Access(
        systems=("messenger", "workflow", "importer", "demo"),
        grants=(
            Grant(role=MANAGER, rows=_OWN, write=("all",), create=True, verbs=("reset",)),
            Grant(role=MANAGER, rows=Empty(MessageTexts.dealership)),
            Grant(role=ADMIN, write=("all",), create=True, verbs=("reset",)),
        ),
    ),
    views=Views(
        columns=(MessageTexts.event, MessageTexts.language, MessageTexts.dealership, MessageTexts.subject),
        title=(MessageTexts.event, MessageTexts.language),
        sort=(MessageTexts.event,),
        filters=(MessageTexts.event, MessageTexts.language, MessageTexts.dealership),
        icon="message",
    ),
    verbs=(
        Verb(
            name="reset",
            label=_("Back to the product’s text"),
            run=reset,
            blocked=_has_words,
            icon="restore",
        ),
    ),
    rules=(places_fit,),
    unique=(
        Unique(
            fields=(MessageTexts.event, MessageTexts.language, MessageTexts.dealership),
            message=_("The site has its own text already."),
        ),
        Unique(
            fields=(MessageTexts.event, MessageTexts.language),
            message=_("The company has its own text already."),
            where=Empty(MessageTexts.dealership),
        ),
    ),
)
