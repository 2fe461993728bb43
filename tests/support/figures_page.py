"""The figures as their page shows them: numbers by where they stand, and the lists that they lead to."""

import html
import re
from collections.abc import Iterator

Figures = dict[tuple[str, ...], list[float]]
_NUMBER = re.compile(r"-?\d[\d\u00a0]*(?:,\d+)?")
_TAG = re.compile(r"<[^>]*>")
_UNITS = {"t": 60.0, "min": 1.0, "dager": 24 * 60.0, "dag": 24 * 60.0}
_LENGTH = re.compile(r"(\d+(?:,\d+)?)[ \u00a0](t|min|dager|dag)\b")
_LINK = re.compile(r'<a[^>]*href="(?P<href>[^"]*)"[^>]*data-figure[^>]*>(?P<text>[^<]*)</a>')
_TENTH = 0.1 * 24 * 60 + 1
_WHOLE = {"Belegg", "Snitt", "Median", "minutter", "Medgått av beregnet", "Halvparten er klare innen"}
_CELL = re.compile(r'<td data-label="(?P<head>[^"]*)"(?: class="(?P<kind>[^"]*)")?>(?P<text>.*?)</td>', re.DOTALL)


def lists_of(page: str) -> list[tuple[str, str]]:
    """Return the figures that lead to a list: what each says, and the address."""
    return [(html.unescape(m["text"]), html.unescape(m["href"])) for m in _LINK.finditer(page)]


def numbers(text: str) -> list[float]:
    """Return the numbers that a text holds."""
    return [float(n.replace("\u00a0", "").replace(",", ".")) for n in _NUMBER.findall(text)]


def counts(text: str) -> list[float]:
    """Return the number that a figure says of its rows; none where it says hours."""
    return [] if re.search(r"\d[ \u00a0]t\b", text) else numbers(text)


def near(one: Figures, other: Figures) -> list[tuple[tuple[str, ...], list[float] | None, list[float] | None]]:
    """Return the figures that differ; the last place of what is rounded may have gone the other way."""
    return [
        (place, one.get(place), other.get(place))
        for place in sorted({*one, *other})
        if not _same(place, one.get(place), other.get(place))
    ]


def _same(place: tuple[str, ...], one: list[float] | None, other: list[float] | None) -> bool:
    if one is None or other is None or len(one) != len(other):
        return False
    return all(abs(float(a) - float(b)) <= _last_place(place, b) for a, b in zip(one, other, strict=True))


def _last_place(place: tuple[str, ...], value: float) -> float:
    """Return how far a rounded figure may be off: hundredths, whole minutes and percent, or tenths of a day."""
    if place[-1] == "Dager fra ankomst til klar":
        return 0.11
    if len(place) > 1 and place[0] != "Flaskehalser" and place[-1] not in _WHOLE:
        return 0.011
    return _TENTH if value >= 2 * _UNITS["dag"] else 1.01


def minutes(text: str) -> list[float]:
    """Return a length of time in minutes."""
    return [sum(float(n.replace(",", ".")) * _UNITS[unit] for n, unit in _LENGTH.findall(text))]


def shown(page: str) -> Figures:
    """Return every figure of the page by its place: tile or table, row, column."""
    found: Figures = {}
    for part in re.split(r"<h2 ", page)[1:]:
        title = _said(part.split(">", 1)[1].split("</h2>")[0])
        if "<table" in part:
            found |= _delays(title, part) if title == "Forsinkelser" else dict(_table(title.split(":")[0], part))
        else:
            found |= dict(_lines(title, part))
    return found


def _said(part: str) -> str:
    return " ".join(re.split(r"[ \n\t]+", html.unescape(_TAG.sub(" ", part)))).strip()


def _lines(title: str, part: str) -> Iterator[tuple[tuple[str, ...], list[float]]]:
    head = re.search(r'class="tile-number">(.*?)</span>', part)
    if head:
        yield (
            (title,),
            minutes(head[1]) if " t" in head[1] or "dag" in head[1] or "min" in head[1] else numbers(head[1]),
        )
    for item in re.findall(r"<li[^>]*>(.*?)</li>", part, re.DOTALL):
        text = _said(item)
        name = " ".join(_NUMBER.sub("", _LENGTH.sub("", text)).split()).strip(". ")
        if title == "Flaskehalser":
            yield (title, text.split(":")[0]), numbers(text.split(":", 1)[1])
        elif numbers(text):
            yield (title, name), minutes(text) if _LENGTH.search(text) else numbers(text)


def _rows(part: str) -> Iterator[tuple[str, list[tuple[str, bool, str]]]]:
    for row in part.split("<tbody>")[1].split("</tbody>", maxsplit=1)[0].split("<tr")[1:]:
        cells = [(c["head"], "figures" in (c["kind"] or "").split(), _said(c["text"])) for c in _CELL.finditer(row)]
        yield _said(row.split('<th scope="row">')[1].split("</th>")[0]).split(" (")[0], cells


def _table(title: str, part: str) -> Iterator[tuple[tuple[str, ...], list[float]]]:
    for name, cells in _rows(part):
        place = [title, name]
        for head, figure, text in cells:
            if head == "Hvorfor":
                yield from (((*place, name.strip()), [float(n)]) for n, name in re.findall(r"(\d+) (\D+\b)", text))
            elif head == "Kapasitet neste uke" and numbers(text):
                yield (*place, head), numbers(text)[-2:]
            elif text and not figure and head != "Begrenset av":
                place.append(text.split(" (")[0])
            elif figure and numbers(text) and head != "Mål":
                long = title == "Tid per steg" and head != "Biler"
                yield (*place, head), minutes(text) if long else numbers(text)


def _delays(title: str, part: str) -> Figures:
    """Return how many there are, and the minutes of those that are shown, in their order."""
    note = re.search(r'figures-note">(.*?)</p>', part, re.DOTALL)
    told = [minutes(text)[0] for _, cells in _rows(part) for head, figure, text in cells if figure]
    return {(title,): numbers(_said(note[1]))[:1] if note else [], (title, "minutter"): told}
