"""Cells: what is shown for a value, as HTML. Written here and not in a template: lists hold hundreds of them."""

from collections.abc import Callable, Sequence

from markupsafe import Markup, escape

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
    tone = f' class="age-{escape(value.tone)}"' if value.tone else ""
    return Markup(f"<span{tone}{_title(value)}>{escape(value.text)}</span>")  # noqa: S704 - as above


def _title(value: Shown) -> str:
    return f' title="{escape(value.exact)}"' if value.exact else ""


_LOOKS: dict[str, Callable[[Shown, Markup], str]] = {
    "chip": lambda value, text: f'<span class="chip phase-{escape(value.phase)}">{text}</span>',
    "plate": lambda _, text: f'<span class="plate">{text}</span>',
    "mono": lambda value, text: f'<span class="mono"{_title(value)}>{text}</span>',
    "time": lambda value, text: f'<time datetime="{escape(value.machine)}"{_title(value)}>{text}</time>',
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
