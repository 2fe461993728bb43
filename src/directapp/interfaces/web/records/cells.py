"""Cells and cards: what is shown for a value, as HTML. Not in a template: lists and boards hold hundreds of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from markupsafe import Markup, escape

from directapp.derive.board import Card, Lane
from directapp.derive.shown import Shown
from directapp.derive.tables import Column, TableRow

_NOTHING = Markup('<span class="quiet" aria-hidden="true">–</span>')
_PICK = '<input class="row-pick" type="checkbox" form="bulk" name="record" value="{id}" aria-label="{label}">'


def shown(value: Shown, *, link: bool = True) -> Markup:
    """Return the HTML of a value; ``link`` False where it stands inside a link already."""
    if not value.text:
        return _NOTHING
    make = _LOOKS.get(value.look)
    if make is not None:
        return Markup(make(value, escape(value.text)))  # noqa: S704 - every part is escaped
    if value.href and link:
        return Markup(f'<a href="{escape(value.href)}">{escape(value.text)}</a>')  # noqa: S704 - as above
    return Markup(f"<span{_tone(value)}{_title(value)}>{escape(value.text)}</span>")  # noqa: S704 - as above


def _tone(value: Shown) -> str:
    return f' class="age-{escape(value.tone)}"' if value.tone else ""


def _title(value: Shown) -> str:
    return f' title="{escape(value.exact)}"' if value.exact else ""


_LOOKS: dict[str, Callable[[Shown, Markup], str]] = {
    "chip": lambda value, text: f'<span class="chip hue-{escape(value.hue)}">{text}</span>',
    "plate": lambda _, text: f'<span class="plate">{text}</span>',
    "mono": lambda value, text: f'<span class="mono"{_title(value)}>{text}</span>',
    "time": lambda value, text: f'<time{_tone(value)} datetime="{escape(value.machine)}"{_title(value)}>{text}</time>',
    "prose": lambda _, text: f'<span class="prose">{text}</span>',
}


def row_cells(row: TableRow, columns: Sequence[Column], pick: str = "") -> Markup:
    """Return the cells of a list's row; the first is its heading and leads to the record.

    ``pick`` is what the box is called that picks the row, with a place for its title; without it there is none.
    """
    first, *rest = row.cells
    name = f'{shown(first, link=False)}<span class="visually-hidden"> {escape(row.title)}</span>'
    box = _PICK.format(id=escape(row.id), label=escape(pick.format(title=row.title))) if pick else ""
    parts = [f'<th scope="row">{box}<a href="{escape(row.href)}">{name}</a></th>']
    for cell, column in zip(rest, columns[1:], strict=True):
        names = ("figures" if column.figures else "", "" if cell.text else "is-empty")
        classes = " ".join(filter(None, names))
        parts.append(f'<td class="{classes}">{shown(cell)}</td>' if classes else f"<td>{shown(cell)}</td>")
    return Markup("".join(parts))  # noqa: S704 - every part is escaped


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes the cards of one column: of which collection, in whose words, with the icons of which file."""

    here: str
    lane: str
    words: Mapping[str, str]
    icons: str
    back: str

    def card(self, card: Card) -> str:
        """Return a card: what names it, whose it is, when it is due, how long it has stood, and its menu."""
        place = f"/app/{self.here}/{escape(card.id)}/move"
        tone = f" is-{card.due_tone}" if card.due_tone else ""
        plate = f"{shown(card.plate, link=False)} " if card.plate else ""
        site = f'<span class="quiet">{escape(card.place.text)}</span>'
        whose = f'<p class="card-line">{escape(card.who.text)} {site}</p>' if card.who or card.place else ""
        person = "" if card.assigned is None else escape(card.assigned or self.words["nobody"])
        return (
            f'<li class="card-slot"><article class="board-card{tone}" draggable="true" data-card="{escape(card.id)}" '
            f'data-row data-from="{self.lane}" data-move="{place}">'
            f'<a class="card-name" href="{escape(card.href)}">{plate}<strong>{escape(card.title)}</strong></a>{whose}'
            f'<p class="card-line">{self._due(card)} {self._stood(card)}</p>'
            f'<p class="card-line card-foot"><span class="card-person">{person}</span> '
            f'<a class="btn btn-quiet btn-small" href="{place}?back={self.back}" data-move-menu>'
            f'{escape(self.words["move_to"])}<span class="visually-hidden"> {escape(card.plate.text)} '
            f"{escape(card.title)}</span></a></p></article></li>"
        )

    def _due(self, card: Card) -> str:
        if not card.due:
            return ""
        inside = self._icon("calendar") + shown(card.due, link=False) + self._said(card.due_tone)
        return f'<span class="card-due{_toned(card.due_tone)}">{inside}</span>'

    def _stood(self, card: Card) -> str:
        if not card.age:
            return ""
        title = escape(self.words["stands"].format(age=card.age))
        inside = self._icon("clock") + escape(card.age) + self._said(card.age_tone)
        return f'<span class="card-age{_toned(card.age_tone)}" title="{title}">{inside}</span>'

    def _said(self, tone: str | None) -> Markup:
        """Return in words what a colour says."""
        return Markup('<span class="visually-hidden"> ({})</span>').format(self.words[tone]) if tone else Markup()

    def _icon(self, name: str) -> Markup:
        use = Markup('<svg class="icon" aria-hidden="true" width="24" height="24"><use href="{}#{}"/></svg>')
        return use.format(self.icons, name)


def _toned(tone: str | None) -> str:
    return f" age-{tone}" if tone else ""


def lane_cards(lane: Lane, here: str, words: Mapping[str, str], icons: str, back: str = "") -> Markup:
    """Return the cards of a board's column; ``here`` is the collection, ``icons`` where the icons are."""
    writer = _Writer(here, lane.code, words, icons, quote(back, safe="/"))
    return Markup("".join(map(writer.card, lane.cards)))  # noqa: S704 - every part is escaped
