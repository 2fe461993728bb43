"""What somebody wrote in a letter themselves: without the letter they answer, whatever program quoted it."""

import re
from html.parser import HTMLParser

_LINES = 4
_LANGUAGES_WROTE = r"(?:skrev|skreiv|wrote|schrieb|écrit)"
# «On Tue, 24 Nov 2026 at 13:00, DirectApp <x@y> wrote:», «Den tir. 24. nov. 2026 kl. 13:00 skrev DirectApp <x@y>:»
_WROTE = re.compile(
    rf"^\s*(?:(?:On|Den|Am|Le|På)\b.{{0,240}}?\b{_LANGUAGES_WROTE}\b.{{0,160}}?:"
    rf"|(?:\w{{2,8}}\.? )?\d{{1,2}}\. ?\w{{3,10}}\.? \d{{4}}.{{0,160}}?\b{_LANGUAGES_WROTE}\b.{{0,160}}?:"
    rf"|\d{{4}}-\d{{2}}-\d{{2}}.{{0,160}}?\b{_LANGUAGES_WROTE}\b.{{0,160}}?:)\s*$",
    re.IGNORECASE,
)
_DIVIDER = re.compile(
    r"^\s*(?:-{2,}\s*(?:original message|opprinnelig melding|opprinneleg melding|videresendt melding"
    r"|forwarded message|reply message|svar)\s*-{2,}|_{8,}|={8,})\s*$",
    re.IGNORECASE,
)
_HEAD = re.compile(r"^\s*\**(?:fra|from|frå|sender)\**\s*:\**\s*\S", re.IGNORECASE)
_OTHER_HEADS = re.compile(
    r"^\s*\**(?:sendt|sent|dato|date|til|to|emne|subject|kopi|cc|svar til|reply-to)\**\s*:", re.IGNORECASE
)
_ANY_HEAD_NEAR = 5
_BLOCKS = frozenset({"p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "table", "hr"})
_SKIPPED = frozenset({"style", "script", "head", "title", "blockquote"})
_QUOTES = ("gmail_quote", "yahoo_quoted", "moz-cite-prefix", "divrplyfwdmsg", "appendonsend", "mail-editor-reference")
_VOID = frozenset({"br", "hr", "img", "meta", "link", "input", "col", "wbr", "area", "base", "source"})


def own_words(text: str) -> str:
    """Return what stands above and between the quoted lines."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept: list[str] = []
    for place, line in enumerate(lines):
        if _DIVIDER.match(line) or _wrote(lines, place) or _header(lines, place):
            break
        if line.lstrip().startswith((">", "|")):
            continue
        kept.append(line.rstrip())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()


def _wrote(lines: list[str], place: int) -> bool:
    """Whether a line that names who wrote the rest begins here; programs break it over several lines."""
    for end in range(place + 1, min(place + _LINES, len(lines)) + 1):
        joined = " ".join(part.strip() for part in lines[place:end])
        if _WROTE.match(joined):
            return True
    return False


def _header(lines: list[str], place: int) -> bool:
    """Whether the head of the letter that is answered begins here: Fra, Sendt, Til, Emne."""
    if not _HEAD.match(lines[place]):
        return False
    near = [line for line in lines[place + 1 : place + 1 + _ANY_HEAD_NEAR] if line.strip()]
    return any(_OTHER_HEADS.match(line) for line in near)


class _Reader(HTMLParser):
    """Keeps the words of a page, a line for each block, and leaves out what is quoted."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._open: list[tuple[str, bool]] = []

    @property
    def hidden(self) -> bool:
        return any(hides for _, hides in self._open)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self.words.append("\n")
        marks = " ".join(value or "" for name, value in attrs if name in {"class", "id"}).casefold()
        if tag not in _VOID:
            self._open.append((tag, tag in _SKIPPED or any(mark in marks for mark in _QUOTES)))

    def handle_endtag(self, tag: str) -> None:
        for place in range(len(self._open) - 1, -1, -1):
            if self._open[place][0] == tag:
                del self._open[place:]
                break
        if tag in _BLOCKS:
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.words.append(re.sub(r"\s+", " ", data))


def plain_words(html: str) -> str:
    """Return the words of a letter that came as a page only."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.words).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
