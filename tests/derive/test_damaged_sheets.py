"""Sheets as a fuzzer makes them: read, or refused in words, and never more."""

import io
import zipfile

import openpyxl
from hypothesis import given
from hypothesis import strategies as st

from directapp.app.spec import load_spec
from directapp.derive.sheet.layout import Layout, read_table
from directapp.derive.sheet.matching import known_words, manner_of, match_columns
from directapp.derive.sheet.rows import TableReader
from directapp.kernel.errors import DirectAppError
from support.damage import damaged

SPEC = load_spec()
CARS = SPEC["cars"]
KNOWN = known_words(CARS)
ROWS = (
    ("Reg.nr", "VIN", "Kunde", "Pris", "Lovet dato"),
    ("EL 12345", "WZZTESTXXRX000001", "Ola; Nordmann", 349900, "24.12.2026"),
    ("AB 1234", "1ZZTE5T00R0000001", '=1+1 "Kari"', "12 000,50", "2026-12-24"),
)
CSV = "\r\n".join(";".join(f'"{cell}"' for cell in row) for row in ROWS)


def parts_of_a_book() -> dict[str, bytes]:
    made, out = openpyxl.Workbook(), io.BytesIO()
    for row in ROWS:
        made.active.append(row)
    made.save(out)
    with zipfile.ZipFile(out) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


PARTS = parts_of_a_book()
# What a row is made of; the rest of the parts says how it looks.
READ = ("xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml")


def packed(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return out.getvalue()


def take_in(data: bytes) -> int:
    """Read a file as an import does, to the last cell; return how many rows there were, 0 where it is refused."""
    try:
        table = read_table(data, Layout(), KNOWN)
    except DirectAppError:
        return 0
    columns = {table.columns[m.place].key: m.field for m in match_columns(CARS, table.header) if m.field}
    manner = manner_of(CARS, table, columns)
    reader = TableReader(spec=SPEC, meta=CARS, table=table, columns=columns, key=None, manner=manner)
    return len([reader.understand(raw) for raw in reader.rows()])


def test_both_files_are_read_whole() -> None:
    assert [take_in(data) for data in (CSV.encode(), packed(PARTS))] == [2, 2]


@given(damaged([CSV.encode(), CSV.encode("utf-16"), CSV.encode("cp1252"), CSV.replace(";", ",").encode()]))
def test_any_text_is_read_or_refused(data: bytes) -> None:
    assert take_in(data) <= len(data)


@given(damaged([packed(PARTS)]))
def test_any_archive_is_read_or_refused(data: bytes) -> None:
    assert take_in(data) <= len(data)


@given(st.sampled_from(READ).flatmap(lambda name: st.tuples(st.just(name), damaged([PARTS[name]]))))
def test_any_part_of_a_book_is_read_or_refused(part: tuple[str, bytes]) -> None:
    assert take_in(packed(PARTS | {part[0]: part[1]})) <= 50_000
