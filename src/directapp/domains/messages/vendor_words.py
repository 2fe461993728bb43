"""Vendors' own words, in Norwegian or English, read as done, a price or a delay. What may mean two things means none.

A message is understood only where every word of it is known: a negation, a condition or a question that nobody
thought of is then an unknown word, and an unknown word closes nothing.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from directapp.declare.reading import BadValueError, read_number
from directapp.domains.messages import vendor_days

_LONGEST = 1000
_SIGNATURE_MOST = 400


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_DONE = _words("ferdig ferdige ferdigstilt klar klare utført fullført done finished completed complete ready")
_OKAY = _words("ok okay okei oki")
# Somebody who says this of themselves may be ready to begin.
_OPEN_WORDS = _words("klar klare ready")
_OURSELVES = _words("vi jeg we we're i'm i")
_VERBS = _words("er har blir bli vil is are have has am will be")
_PRICED = "prisen"
_SUBJECTS = _words(
    "bilen bil den denne det dette alt jobben arbeidet oppdraget vi jeg vår vårt tilbud"
    f" the car it all everything work job this that we i our offer {_PRICED}"
)
# Already, not all: «bilen er alt ferdig», the work is all done.
_ALSO_ADVERBS = _words("alt all")
_ADVERBS = _words("nå da så allerede now already") | _ALSO_ADVERBS
# After these a Norwegian verb stands before its subject and still states something: «nå er den ferdig».
_FRONTED = _words("nå da så dessverre desverre")
# Where these go before the subject, something is asked or awaited: «så den er ferdig», «da den er ferdig».
_AWAITING = _words("nå da så")
_GREETINGS = _words("hei heisann hallo hi hello")
_DELAY = _words("forsinket forsinka forsinkes forsinkelse utsatt utsettes utsettelse delayed delay late postponed")
_FILLERS = _GREETINGS | _words(
    "bilen bil den denne det dette er har og nå alt allerede jobben arbeidet oppdraget takk da så vi jeg blitt"
    " the car it it's is now all everything work job this that thanks and we have has been are am i'm we're i"
)
_DELAY_FILLERS = (_FILLERS - _words("alt all everything allerede")) | _words(
    "blir bli ble desverre dessverre beklager sorry unfortunately til to until till på on"
)
_PRICE_FILLERS = _FILLERS | _words("our vår vårt tilbud offer vil bli will be")
_PHRASES = re.compile(
    r"\b(?:god (?:morgen|formiddag|ettermiddag|dag|kveld|helg)|good (?:morning|afternoon|evening)|thank you"
    r"|ha en (?:fin|god) (?:dag|helg|kveld|uke)|have a (?:nice|good) (?:day|weekend|evening)"
    r"|takk for (?:oppdraget|jobben)"
    r"|(?:bilen |den |it )?(?:kan hentes|can be (?:collected|picked up))"
    r"|(?<=klar )(?:til|for) (?:henting|avhenting|levering)"
    r"|(?<=ferdig )med (?:bilen|jobben|arbeidet|oppdraget|den|det|dette)"
    r"|(?<=ready )(?:for (?:pick-?up|pick up|collection|delivery)|to be (?:collected|picked up))"
    r"|(?<=done )with (?:the car|the job|the work|it|this)|(?<=finished )with (?:the car|the job|the work|it|this))\b"
)
_SIGNATURE = re.compile(
    r"(?:^|(?<=[\s.,!;]))(?:m\.?v\.?h|v\.?h|(?:med )?(?:vennlig|beste|hjertelig) hilsen|hilsen"
    r"|(?:best |kind |warm )?regards|sent from my|sendt fra min|sendt fra outlook|get outlook for|hent outlook for)\b"
    r"|^\s*--\s*$",
    re.MULTILINE,
)
# What makes a signature more than one: then nothing of the message is sure.
_LOADED = re.compile(
    r"\b(?:ikke|ikkje|nei|men|ennå|enda|først|hvis|dersom|mangler|venter|nesten|snart|kanskje|trolig|unntatt|eller"
    r"|not|(?<!\.)no|but|yet|until|if|except|missing|almost|soon|maybe|perhaps|probably|or|ps"
    r"|pris|price|kr|nok|"
    + "|".join(sorted(_DONE | _DELAY | {"fredag", "mandag", "tirsdag", "onsdag", "torsdag", "lørdag", "søndag"}))
    + r")\b|n't\b|\?"
)
_CHEERS = frozenset("👍✅👌🙂😊😀😃😄😁💪🎉🙏🚗🚙✔☑")
_AMOUNT = (
    r"(?<![\d.,/\-–+])(?P<{name}>(?:\d{{1,3}}(?:[ .]\d{{3}})+|\d{{1,7}})(?:[.,]\d{{2}})?"
    r"|\d{{1,3}}(?:,\d{{3}})+(?:\.\d{{2}})?)(?![\d]|[.,/:\-–]\d)"
)
_SUFFIX = r"(?: ?(?:kr\b\.?|kroner\b|nok\b|[,.:][-–]))"
_WHAT_FOR = r"(?: (?:for|på) (?:jobben|arbeidet|oppdraget|dette|det|den|bilen|the job|the work|the car|this|it))?"
_PRICE = re.compile(
    r"\b(?:pris(?:en)?|price|koster|costs|totalt?|sum)\b" + _WHAT_FOR + r" ?(?:(?:er|blir|is|of|på)\b|[:=])? ?"
    r"(?:(?:kr\b\.?|nok\b) ?)?" + _AMOUNT.format(name="a") + _SUFFIX + "?"
    r"|\b(?:kr\b\.?|nok\b) ?" + _AMOUNT.format(name="b") + _SUFFIX + "?"
    r"|" + _AMOUNT.format(name="c") + _SUFFIX
)
_PRICE_WORD = re.compile(r"\b(?:pris|price|totalt?\b|sum\b)")
_CLAUSE = re.compile(r"[.,!;:()\"]")
_PARTS = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*|\S")
_SILENT = frozenset(".,!;:()\"'-–")
_WHY = re.compile(r"\b(?:pga\.?|p\.g\.a\.?|på grunn av|grunnet|fordi|because of|because|due to)\s+(?P<why>.+)$")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a message says: ``answer`` is done, price or delayed; None where that is not certain."""

    answer: str | None = None
    price: Decimal | None = None
    ready_on: date | None = None


UNSURE = Meaning()


def read(text: str, today: date) -> Meaning:
    """Return what a message says, for certain; ``today`` is the day in Norway."""
    words = _plain(text)
    if words is None:
        return UNSURE
    found = set(_PARTS.findall(words))
    if found & _DELAY:
        return _delayed(words, today)
    prices = list(_PRICE.finditer(words))
    price = _amount(prices[0]) if len(prices) == 1 else None
    if prices and price is None:
        return UNSURE
    rest = _PRICE.sub(lambda one: f" {_PRICED} " if _PRICE_WORD.match(one[0]) else " ; ", words)
    if found & _DONE:
        return Meaning("done", price) if _says_done(rest) else UNSURE
    # A bare «OK» says that the message was read.
    priced = price is not None and _only(rest, _PRICE_FILLERS | {_PRICED}) and not _is_asked(rest)
    return Meaning("price", price) if priced else UNSURE


def _plain(text: str) -> str | None:
    """Return the message in one form, without greeting signs and signature; None where it cannot be sure."""
    text = unicodedata.normalize("NFKC", text).casefold().strip().replace("\u2019", "'")
    if not text or len(text) > _LONGEST or "?" in text:
        return None
    kept = []
    for sign in text:
        kind = unicodedata.category(sign)
        if kind in {"Mn", "Cf", "Sk"} or sign in _CHEERS:
            continue
        kept.append(sign)
    text = re.sub(r"[^\S\n]+", " ", "".join(kept))
    signature = _SIGNATURE.search(text)
    if signature is not None:
        tail = text[signature.end() :]
        if len(tail) > _SIGNATURE_MOST or _LOADED.search(tail):
            return None
        text = text[: signature.start()]
    return re.sub(r"\s+", " ", text).strip()


def _only(words: str, known: frozenset[str] | set[str]) -> bool:
    """Whether nothing is said but these words."""
    return all(part in known or part in _SILENT for part in _PARTS.findall(_PHRASES.sub(" ", words)))


def _says_done(words: str) -> bool:
    spoken = [part for part in _PARTS.findall(_PHRASES.sub(" ", words)) if part not in _SILENT]
    if not set(spoken) <= _FILLERS | _DONE | _OKAY | {_PRICED}:
        return False
    if set(spoken) & _OPEN_WORDS and set(spoken) & _OURSELVES:
        return False
    return not _is_asked(words)


def _is_asked(words: str) -> bool:
    """Whether any part of a message may be a question, its mark left out or not."""
    parts = _CLAUSE.split(_PHRASES.sub(lambda one: " # " if "hentes" in one[0] or "be " in one[0] else " ", words))
    return any(_asks(_PARTS.findall(part)) for part in parts)


def _asks(spoken: list[str]) -> bool:
    """Whether words ask: a verb before its subject, «er den ferdig»; a subject awaited, «så den er ferdig»."""
    if len(spoken) > 1 and spoken[-1] in _AWAITING - {"nå"}:
        return True
    for place, word in enumerate(spoken):
        before, after = spoken[:place], spoken[place + 1 :]
        if word in _VERBS:
            while after and after[0] in _ADVERBS and (after[0] not in _ALSO_ADVERBS or _has_subject(before)):
                after = after[1:]
            turned = bool(after) and after[0] in _SUBJECTS
            done_first = bool(after) and after[0] in _DONE and word not in {"har", "have", "has"}
            trailing = done_first and not _has_subject(before) and any(one in _SUBJECTS for one in after)
            if trailing or (turned and not (before and before[-1] in _FRONTED and not _has_subject(before))):
                return True
        elif word in _SUBJECTS and before and before[-1] in _AWAITING and not _has_verb(before):
            return word not in _ALSO_ADVERBS or _has_verb(after)
    return False


def _has_subject(spoken: list[str]) -> bool:
    return any(one in _SUBJECTS for one in spoken)


def _has_verb(spoken: list[str]) -> bool:
    return any(one in _VERBS for one in spoken)


def _delayed(words: str, today: date) -> Meaning:
    reason = _WHY.search(words)
    if reason is not None:
        if _LOADED.search(reason["why"]) or re.search(r"\d", reason["why"]):
            return UNSURE
        words = words[: reason.start()]
    rest, day = vendor_days.take(words, today)
    if day is None or not _only(rest, _DELAY_FILLERS | _DELAY) or _is_asked(rest):
        return UNSURE
    return Meaning("delayed", ready_on=day)


def _amount(found: re.Match[str]) -> Decimal | None:
    """Return an amount however its thousands are parted; None where it may mean two: 4,500."""
    written = next(value for value in found.group("a", "b", "c") if value is not None)
    try:
        return read_number(written, currency=True)
    except BadValueError:
        return None
