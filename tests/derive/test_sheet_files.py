"""Files as people make them: each oddity is read right, or named by row."""

import io
import zipfile
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from directapp.app.spec import load_spec
from directapp.derive.sheet.csv_file import records
from directapp.derive.sheet.layout import Layout, Table, read_table
from directapp.derive.sheet.matching import known_words, manner_of, match_columns
from directapp.derive.sheet.rows import TableReader
from directapp.kernel.errors import BadPayloadError, TooLargeError

SPEC = load_spec()
CARS = SPEC["cars"]
KNOWN = known_words(CARS)
FILES = Path(__file__).parents[1] / "data" / "sheets"


def table_of(source: str | bytes, **how: Any) -> Table:
    data = (FILES / source).read_bytes() if isinstance(source, str) else source
    return read_table(data, Layout(**how), KNOWN)


def reader_of(table: Table, key: str | None = None) -> TableReader:
    columns = {table.columns[m.place].key: m.field for m in match_columns(CARS, table.header) if m.field}
    return TableReader(
        spec=SPEC, meta=CARS, table=table, columns=columns, key=key, manner=manner_of(CARS, table, columns)
    )


def come_to(table: Table, key: str | None = None) -> list[tuple[int, dict[str, Any], list[tuple[str, str | None]]]]:
    """Return each row's number, values, and the level and field of its notes."""
    reader = reader_of(table, key)
    found = [reader.understand(raw) for raw in reader.rows()]
    return [(row.number, dict(row.values), [(n.level, n.field) for n in row.notes]) for row in found]


def book(*rows: Sequence[Any], title: str = "Biler", **formats: str) -> bytes:
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    for place, code in formats.items():
        sheet[place].number_format = code
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


# --- columns -------------------------------------------------------------------------------------


def test_equal_and_blank_headings_keep_their_columns() -> None:
    same = table_of("I4_same_heading.csv")
    assert [c.key for c in same.columns] == ["VIN", "Notat [B]", "Notat [C]"]
    assert same.rows == (("WVWZZZTR000081460", "første", "andre"),)
    blank = table_of("I4_blank_headings.csv")
    assert [(c.key, c.letter) for c in blank.columns] == [("VIN", "A"), ("[B]", "B"), ("[C]", "C"), ("Merke", "D")]
    assert blank.rows == (("WVWZZZTR000081462", "blank1", "blank2", "VW"),)
    assert reader_of(same).rows()[0].data["Notat [C]"] == "andre"


def test_a_separator_in_a_value_holds_its_row_and_a_short_row_is_none() -> None:
    rows = come_to(table_of("own_unquoted_separator.csv"), "vin")
    assert [(number, notes) for number, _, notes in rows] == [
        (2, [("held", None)]), (3, []), (4, []), (5, [("held", None)]),
    ]  # fmt: skip
    assert rows[2][1] == {"vin": "WVWZZZTR009648199", "make": "VW", "seller_notes": "ok", "color": "Rød"}


def test_a_column_that_most_rows_have_beyond_the_headings_is_one() -> None:
    table = table_of(b"VIN;Merke\n1;VW;x\n2;VW;y\n3;VW;\n")
    assert [c.key for c in table.columns] == ["VIN", "Merke", "[C]"]
    assert [line.flaw for line in table.lines] == [None, None, None]


@pytest.mark.parametrize(
    "file", ["I2_dimension_A1.xlsx", "I2_dimension_A1B2.xlsx", "I3_fill_XFD1.xlsx", "I3_fill_XFD2.xlsx"]
)
def test_neither_declared_size_nor_formatting_says_how_large_a_sheet_is(file: str) -> None:
    table = table_of(file)
    assert [c.key for c in table.columns] == ["VIN", "Merke", "Farge"]
    assert all(row[0].startswith("WVWZZZTR0000814") and row[1:] in {("VW", "Rød"), ("VW", "Blå")} for row in table.rows)


def test_a_value_far_out_is_a_column_of_its_own() -> None:
    made = openpyxl.Workbook()
    made.active.append(["VIN", "Merke"])
    made.active.append(["WVWZZZTR000081435", "VW"])
    made.active["XFD2"] = "langt ute"
    out = io.BytesIO()
    made.save(out)
    table = table_of(out.getvalue())
    assert [(c.key, c.letter) for c in table.columns] == [("VIN", "A"), ("Merke", "B"), ("[XFD]", "XFD")]
    assert table.rows[0][2] == "langt ute"


# --- rows ----------------------------------------------------------------------------------------


def test_one_cell_in_a_far_row_is_read_at_once() -> None:
    head = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    row = b'<row r="%d"><c r="A%d" t="inlineStr"><is><t>%s</t></is></c></row>'
    cells = row % (1, 1, b"VIN") + row % (1_048_576, 1_048_576, b"WVWZZZTR000081435")
    with zipfile.ZipFile(io.BytesIO(book(["x"]))) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    parts["xl/worksheets/sheet1.xml"] = head + cells + b"</sheetData></worksheet>"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, part in parts.items():
            packed.writestr(name, part)
    table = table_of(out.getvalue())
    assert [(line.number, line.cells) for line in table.lines] == [(1_048_576, ("WVWZZZTR000081435",))]


def test_rows_are_numbered_as_in_the_file() -> None:
    assert [line.number for line in table_of("I8_blank_lines.csv").lines] == [3, 5]
    assert [line.number for line in table_of("I13_blank_first_line.csv").lines] == [3]
    quoted = table_of(b'VIN;Notat\n1;"to\nlinjer"\n\n2;x\n')
    assert [(line.number, line.cells) for line in quoted.lines] == [(2, ("1", "to\nlinjer")), (4, ("2", "x"))]
    assert [line.number for line in table_of(book(["VIN"], [None], ["1"])).lines] == [3]


def test_a_title_above_the_headings_is_passed_over_and_told() -> None:
    table = table_of("I13_title_line.csv")
    assert (table.layout.header, table.above, table.header) == (2, 1, ("VIN", "Merke", "Farge"))
    table = table_of(
        book(["Bilbestand mars 2026"], [], ["Uttrekk", "kl. 07:00"], ["Regnr", "Merke"], ["EL12345", "VW"])
    )
    assert (table.layout.header, table.above, table.lines[0].number) == (4, 2, 5)


def test_headings_in_two_rows_are_joined() -> None:
    made = openpyxl.Workbook()
    sheet = made.active
    for row in (
        ["Bil", None, "Kunde", None],
        ["Regnr", "Merke", "Navn", "Mobil"],
        ["EL12345", "VW", "Kari", "91234567"],
    ):
        sheet.append(row)
    sheet.merge_cells("A1:B1")
    sheet.merge_cells("C1:D1")
    out = io.BytesIO()
    made.save(out)
    table = table_of(out.getvalue())
    assert table.header == ("Bil / Regnr", "Bil / Merke", "Kunde / Navn", "Kunde / Mobil")
    assert [m.field for m in match_columns(CARS, table.header)] == [
        "license_plate", "make", "customer_name", "customer_phone",
    ]  # fmt: skip
    assert table_of(out.getvalue(), header=2).header == ("Regnr", "Merke", "Navn", "Mobil")


def test_a_value_merged_over_rows_counts_for_each() -> None:
    made = openpyxl.Workbook()
    for row in (["Regnr", "Merke"], ["EL12345", "VW"], ["EL12346", None], ["EL12347", "Audi"]):
        made.active.append(row)
    made.active.merge_cells("B2:B3")
    out = io.BytesIO()
    made.save(out)
    assert table_of(out.getvalue()).rows == (("EL12345", "VW"), ("EL12346", "VW"), ("EL12347", "Audi"))


def test_a_file_without_headings_has_none() -> None:
    table = table_of(b"EL12345;WVWZZZTR000081435;2024\nEL12346;WVWZZZTR000081436;2023\n")
    assert (table.layout.header, len(table.lines), [c.key for c in table.columns]) == (0, 2, ["[A]", "[B]", "[C]"])


@pytest.mark.parametrize(
    ("last", "level"),
    [
        (b";;300000", "held"),
        (b"Sum;;300000", "held"),
        (b"Totalt:;3 biler;300000", "held"),
        (b"I alt;;kr 300 000,-", "held"),
        (b";;300.000,00", "held"),
    ],
)
def test_a_row_of_totals_waits(last: bytes, level: str) -> None:
    head = b"VIN;Merke;Salgspris\n" + b"".join(b"WVWZZZTR00964818%d;VW;100000\n" % n for n in range(3))
    rows = come_to(table_of(head + last + b"\n"))
    assert [[level for level, _ in notes] for _, _, notes in rows][:3] == [[], [], []]
    assert level in [one for one, _ in rows[3][2]]
    assert table_of("own_totals_row.csv").lines[3].flaw == "total"


def test_sums_between_and_below_the_rows_are_held() -> None:
    """Otherwise a car with the plate DELSUM would be made; one that begins with another word stays a car."""
    table = table_of(
        b"Skilt;Merke;Salgspris\nEL10001;VW;100000\nDelsum;;100000\nEL10003;Audi;50000\nSUM 2 biler;2 stk;50000\n"
        b"Totalt antall: 2;;150000\nSUMMIT;Total;1\n"
    )
    assert [line.flaw for line in table.lines] == [None, "total", None, "total", "total", None]


def test_a_number_that_its_own_comma_has_parted_holds_its_row() -> None:
    """Also where it is so in every row, and the cents would stand in a column without a heading."""
    for rest in (b"349,900", b"349900,50", b"kr 349,900,Kari"):
        table = table_of(b"VIN,Merke,Salgspris\n" + b"".join(b"%d,VW,%b\n" % (n, rest) for n in range(3)))
        assert [line.flaw for line in table.lines] == ["long"] * 3


def test_headings_that_come_again_are_held() -> None:
    rows = come_to(table_of(b"VIN;Merke\nWVWZZZTR009648185;VW\nVIN;Merke\nWVWZZZTR009648186;VW\n"))
    assert ("held", None) in rows[1][2]


def test_a_quote_that_is_never_closed_swallows_no_row() -> None:
    rows = come_to(table_of("I5_unclosed_quote.csv"))
    assert [(number, notes) for number, _, notes in rows] == [
        (2, []), (3, [("held", None)]), (4, []), (5, []), (6, []),
    ]  # fmt: skip
    later = table_of(b'VIN;Merke;Notat\n1;VW;"Kunde ringer\n2;VW;tre\n3;VW;"god; fin"\n4;VW;fem\n')
    assert [line.flaw for line in later.lines] == ["quote", None, None, None]
    assert later.rows[2] == ("3", "VW", "god; fin")


def test_rows_that_a_line_break_has_parted_are_held() -> None:
    data = "VIN;Merke;Salgspris;Kunde\n1;VW;349\n900;Kari\n2;VW;5;Ola\n3;V\n\nW;5;P\n4;VW;5;Pål\n"
    rows = come_to(table_of(data.encode()), "vin")
    held = {number for number, _, notes in rows if ("held", None) in notes}
    assert held == {2, 3, 5, 7}
    # Rows that leave out their empty ends are whole.
    short = table_of(b"VIN;Merke;Notat;Kunde\n1;VW\n2;VW\n3;VW;x\n4;VW;x;y\n5;VW;x;y\n")
    assert [line.flaw for line in short.lines] == [None] * 5


def test_quotes_escaped_in_another_way_hold_their_row() -> None:
    table = table_of(b'VIN;Kunde\n1;"Kari \\"Kaja\\" Nes"\n2;"Ola"\n')
    assert [line.flaw for line in table.lines] == ["quote", None]


def test_words_alone_between_the_rows_are_held() -> None:
    rows = come_to(table_of(b"Regnr;Merke;Kunde\nNybiler;;\nEL12345;VW;Ola\nMINBIL;VW;Kari\nSnitt;;5\n"))
    assert [("held", None) in notes for _, _, notes in rows] == [True, False, False, True]


def test_quotes_inside_a_value_are_part_of_it() -> None:
    assert [cells for cells, _ in records('a;"18"" felg";"x" y\n', ";")] == [["a", '18" felg', '"x" y']]


# --- sheets, separators, encodings ---------------------------------------------------------------


def test_a_hidden_sheet_is_not_taken_for_the_first() -> None:
    table = table_of("I16_hidden_first_sheet.xlsx")
    assert (table.layout.sheet, table.sheets, table.hidden_sheets) == ("Biler", ("Lister", "Biler"), ("Lister",))
    assert table_of("I16_hidden_first_sheet.xlsx", sheet="Lister").header == ("Merke", "Farge")


def test_the_separator_is_the_one_that_makes_even_rows() -> None:
    table = table_of("I14_commas_in_heading.csv")
    assert (table.layout.separator, table.header) == (";", ("VIN", "Utstyr, hjul, lakk, krok", "Skilt"))
    assert table_of(b"Regnr;Pris\nEL1;1,5\nEL2;2,5\nEL3;3,5\n").layout.separator == ";"
    assert table_of(b"Regnr|Pris\nEL1|1,5\n").layout.separator == "|"
    assert table_of(b"A;B,C\n1;2,3\n", separator=",").header == ("A;B", "C")


def test_one_odd_byte_does_not_spoil_the_rest() -> None:
    table = table_of("I15_mixed_encoding.csv")
    assert [row[1] for row in table.rows] == ["Bjørn Åsen", "Bjørn Åsen", "Bjørn Åsen – ny"]
    assert [notes for _, _, notes in come_to(table)] == [[], [], [("warning", None)]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "cp865", "mac_roman", "utf-16", "utf-16-le"])
def test_norwegian_letters_are_read_in_any_encoding(encoding: str) -> None:
    text = "Regnr;Kundens navn;Farge\nEL12345;Åse Bjørnstad på Møre;Blå\nEL12346;Pål Ødegård;Grønn\n"
    assert table_of(text.encode(encoding)).rows[0] == ("EL12345", "Åse Bjørnstad på Møre", "Blå")


def test_rows_in_utf8_within_another_encoding_are_read_and_told() -> None:
    data = "Regnr;Kunde\nEL10001;Bj\u00f8rn\nEL10002;\u00c5se\nEL10003;Kj\u00e6rsti \u00d8\n".encode("cp1252")
    rows = come_to(table_of(data + "EL10004;Bj\u00f8rn \u00c5s\n".encode()))
    assert [values["customer_name"] for _, values, _ in rows] == [
        "Bj\u00f8rn",
        "\u00c5se",
        "Kj\u00e6rsti \u00d8",
        "Bj\u00f8rn \u00c5s",
    ]
    assert [notes for _, _, notes in rows] == [[], [], [], [("warning", None)]]


def test_letters_garbled_before_they_came_into_the_file_hold_their_row() -> None:
    garbled = [name.encode().decode("cp1252") for name in ("Bj\u00f8rn", "\u00c5se", "It\u2019s", "Blå «bil»")]
    names = [*garbled, "JO\u00c3O", "Ærlig", "Château"]
    rows = [come_to(table_of(f"VIN;Kunde\n1;{name}\n".encode()))[0][2] for name in names]
    rows += [come_to(table_of(book(["VIN", "Kunde"], ["1", name])))[0][2] for name in names]
    assert [("held", None) in notes for notes in rows] == [True, True, True, True, False, False, False] * 2


def test_sixteen_bits_are_known_from_either_end() -> None:
    text = "Regnr;Kunde\nEL10001;Bjørn\n"
    for encoding in ("utf-16-le", "utf-16-be"):
        assert table_of(text.encode(encoding)).rows == (("EL10001", "Bjørn"),)
    with pytest.raises(BadPayloadError):
        table_of(text.encode("utf-32"))


def test_a_space_before_a_quote_is_no_part_of_the_value() -> None:
    table = table_of(b'"Regnr", "Modell", "Farge"\n"EL10001", "A3, Sport",  "R"\n"EL10002", 5" felg, "B" x\n')
    assert table.rows == (("EL10001", "A3, Sport", "R"), ("EL10002", '5" felg', '"B" x'))
    assert [line.flaw for line in table.lines] == [None, None]


def test_what_is_a_text_by_a_formula_is_that_text() -> None:
    assert table_of(b'Ordrenr;Merke\n="00471";VW\n"=""00472""";VW\n').rows == (("00471", "VW"), ("00472", "VW"))


# --- cells ---------------------------------------------------------------------------------------


def test_formulas_never_worked_out_and_errors_reject_their_row_by_name() -> None:
    rows = come_to(table_of("I11_formula_without_value.xlsx"))
    assert [notes for _, _, notes in rows] == [
        [("rejected", "order_number")], [("rejected", "model")], [("rejected", "model")],
    ]  # fmt: skip
    sheet = reader_of(table_of("I11_formula_without_value.xlsx"))
    assert '=A2&"X"' in sheet.understand(sheet.rows()[0]).notes[0].text.pick("nb")
    assert "#N/A" in sheet.understand(sheet.rows()[1]).notes[0].text.english


def test_noise_behind_the_comma_is_no_part_of_a_number() -> None:
    rows = come_to(table_of("I9_binary_tail.xlsx"))
    assert [(v["sale_price"], v["purchase_price"]) for _, v, _ in rows] == [
        (Decimal("59.97"), Decimal("0.30")), (Decimal("1234.50"), Decimal("300000.30")),
    ]  # fmt: skip
    assert come_to(table_of(book(["VIN", "Notat"], ["WVWZZZTR000081435", 0.1 + 0.2])))[0][1]["seller_notes"] == "0.3"


def test_one_and_zero_are_yes_and_no() -> None:
    rows = come_to(table_of("I10_one_zero.xlsx"))
    assert [values["consent_sms"] for _, values, _ in rows] == [True, False, True]
    words = table_of(b"VIN;Dekkhotell\n1;x\n2;J\n3;nei\n4;Usann\n5;kanskje\n")
    reader = reader_of(words)
    found = [reader.understand(raw) for raw in reader.rows()]
    assert [row.values.get("tyre_hotel") for row in found] == [True, True, False, False, None]
    assert "tyre_hotel" in {note.field for note in found[4].notes}


def test_a_date_in_a_column_of_codes_rejects_and_in_a_note_is_told() -> None:
    from datetime import datetime  # noqa: PLC0415 - a day as Excel holds it

    day = datetime(2024, 2, 1)  # noqa: DTZ001 - sheets know no zones
    rows = come_to(
        table_of(book(["VIN", "Ordrenr", "Notat"], ["WVWZZZTR000081435", day, "x"], ["WVWZZZTR000081436", 1, day]))
    )
    assert rows[0][2] == [("rejected", "order_number")]
    assert (rows[1][1]["seller_notes"], rows[1][2]) == ("01.02.2024", [("warning", "seller_notes")])
    dates = come_to(table_of(book(["VIN", "ETA"], ["WVWZZZTR000081435", day], ["WVWZZZTR000081436", "1. feb 2024"])))
    assert [str(values["eta"]) for _, values, _ in dates] == ["2024-02-01", "2024-02-01"]


@pytest.mark.parametrize(
    ("value", "code"), [(0.354166, "hh:mm"), (1.25, "[h]:mm"), (0, "dd.mm.yyyy"), (-3, "dd.mm.yyyy")]
)
def test_times_durations_and_days_that_are_none_reject_their_row_by_name(value: float, code: str) -> None:
    rows = come_to(table_of(book(["VIN", "ETA"], ["WVWZZZTR000081435", value], ["WVWZZZTR000081436", None], B2=code)))
    assert [notes for _, _, notes in rows] == [[("rejected", "eta")], []]
    for file in ("I1_time.xlsx", "I1_zero-as-date.xlsx"):
        assert [notes for _, _, notes in come_to(table_of(file))] == [[], []]


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("0%", "34990000 %"),
        ("0.0 %", "34990000 %"),
        ("[$€-2] #,##0.00", "349900 €"),
        ('"$"#,##0', "349900 $"),
        ("[$USD] 0", "349900 USD"),
        ('#,##0 "EUR"', "349900 EUR"),
        ("[$SEK] #,##0", "349900 SEK"),
        ("[$kr-414] #,##0", None),
        ('_-"kr"* #,##0_-', None),
        ("# ##0\\ \\k\\r", None),
        ('#,##0\\ "stk"', None),
        ("[Red]-#,##0", None),
    ],
)
def test_percents_and_foreign_money_are_no_amounts(code: str, shown: str | None) -> None:
    table = table_of(book(["VIN", "Salgspris", "Notat"], ["1", 349900, 349900], B2=code, C2=code))
    reader = reader_of(table)
    row = reader.understand(reader.rows()[0])
    told = [n.text.english for n in row.notes if n.field == "sale_price"]
    assert told == ([f"The cell shows {shown}, not a plain number."] if shown else [])
    assert row.values["seller_notes"] == (shown or "349900")
    assert ("sale_price" in row.values) == (shown is None)
    assert reader.manner.numbers == "auto"


def test_a_heading_that_plainly_means_a_field_is_guessed_to_mean_no_other() -> None:
    found = {m.header: m.field for m in match_columns(CARS, ("Skilt", "Regnr", "Kunde", "Kunde", "Utsalgsprisen"))}
    assert found == {"Skilt": "license_plate", "Regnr": None, "Kunde": None, "Utsalgsprisen": "sale_price"}


def test_a_note_shows_the_beginning_of_a_cell_and_nothing_unseen() -> None:
    long, odd = "x" * 100_000, "Ka\u202eri\0"
    reader = reader_of(table_of(f"VIN;Kunde\n1;{long}\n2;{odd}\n".encode()))
    first, second = (reader.understand(raw).notes[-1].text.english for raw in reader.rows())
    assert first == f"“{'x' * 80}…”: At most 120 characters."
    assert second.startswith("“Kari ”: After “Kari” stands an invisible character (U+0000).")


def test_a_program_is_no_sheet() -> None:
    for data in (bytes(range(256)) * 40, b"\x7fELF" + bytes(range(32)) * 100, b"MZ\x90\0\3" + b"\0\1\2\3abcd" * 500):
        with pytest.raises(BadPayloadError):
            table_of(data)


def test_a_clock_time_in_a_note_is_the_text_it_shows() -> None:
    rows = come_to(table_of(book(["VIN", "Notat"], ["WVWZZZTR000081435", 0.354166], B2="hh:mm")))
    assert (rows[0][1]["seller_notes"], rows[0][2]) == ("08:30", [])


def test_a_row_without_its_key_is_held_plates_included() -> None:
    table = table_of(b"Skilt;Merke\nEL12345;VW\n;Audi\n")
    assert [notes for _, _, notes in come_to(table, "license_plate")] == [[], [("held", "license_plate")]]
    assert [notes for _, _, notes in come_to(table)] == [[], []]


def test_thousands_are_read_as_norway_writes_them() -> None:
    prices = [values["sale_price"] for _, values, _ in come_to(table_of("I7_thousands_dot.csv"))]
    assert prices == [Decimal(349900), Decimal(1250), *[Decimal(349900)] * 6]


def test_the_formats_of_a_sheet_are_told_by_its_own_values() -> None:
    table = table_of(b"VIN;Price;ETA\nWVWZZZTR000081435;1,250;03/04/2026\nWVWZZZTR000081436;1,250.50;12/31/2026\n")
    rows = come_to(table)
    assert [str(v["sale_price"]) for _, v, _ in rows] == ["1250.00", "1250.50"]
    assert [str(v["eta"]) for _, v, _ in rows] == ["2026-03-04", "2026-12-31"]
    unsure = come_to(table_of(b"VIN;Price;ETA\nWVWZZZTR000081435;1,250;03/04/2026\n"))
    assert [field for _, field in unsure[0][2]] == ["sale_price", "eta"]


@pytest.mark.parametrize(
    ("hours", "price", "meant"),
    [
        ("2.5", "349.900", "349900.00"),
        ("1.25", "kr 1.250,-", "1250.00"),
        ("2,5", "349,900", None),
        ("2.5", "349,900", "349900.00"),
        ("2,5", "349.900", "349900.00"),
        ("2.5", "1,349,900", "1349900.00"),
    ],
)
def test_hours_written_with_a_dot_make_no_price_a_thousandth(hours: str, price: str, meant: str | None) -> None:
    """What one column tells of signs does not turn the thousands of another into decimals."""
    sheet = f"VIN;Beregnet teknisk;Salgspris\nWVWZZZTR000081435;{hours};{price}\n"
    ((_, values, notes),) = come_to(table_of(sheet.encode()))
    assert values["estimated_technical_hours"] == Decimal(hours.replace(",", "."))
    assert (values.get("sale_price") and str(values["sale_price"])) == meant
    assert notes == ([] if meant else [("rejected", "sale_price")])


@pytest.mark.parametrize("other", ["99.90", "99,90"])
def test_a_price_with_cents_makes_no_other_a_thousandth(other: str) -> None:
    rows = come_to(table_of(f"VIN;Salgspris\n1;349.900\n2;{other}\n".encode()))
    assert [str(values["sale_price"]) for _, values, _ in rows] == ["349900.00", "99.90"]


def test_choices_are_known_by_a_beginning_that_only_one_has() -> None:
    table = table_of(b"VIN;Biltype\n1;Brukt\n2;Ny bil\n3;used\n4;Romskip\n")
    reader = reader_of(table)
    found = [reader.understand(raw) for raw in reader.rows()]
    assert [row.values.get("car_type") for row in found] == ["used", "new", "used", None]
    assert "Nybil" in next(n for n in found[3].notes if n.field == "car_type").text.pick("nb")


@pytest.mark.parametrize("error", ["#N/A", "#I/T", "#VERDI!", "#DIV/0!", "#NAVN?", "########"])
def test_an_error_saved_as_text_is_nobodys_name(error: str) -> None:
    """As a CSV file holds what the spreadsheet showed; other signs of number are the customer's own."""
    table = table_of(f"VIN;Kunde;Modell\nWVWZZZTR000081435;{error};#1\n".encode())
    ((_, values, notes),) = come_to(table)
    assert (values.get("customer_name"), values["model"], notes) == (None, "#1", [("rejected", "customer_name")])


def test_how_programs_write_nothing_is_nothing() -> None:
    ((_, values, notes),) = come_to(table_of(b"VIN;Kunde;Modell;Farge\nWVWZZZTR000081435;NULL;(null);Null\n"))
    assert (values, notes) == ({"vin": "WVWZZZTR000081435", "color": "Null"}, [])


def test_a_time_of_day_that_a_date_cannot_hold_is_told() -> None:
    rows = come_to(
        table_of(b"VIN;ETA\n1;01.02.2027 13:45\n2;46419,75\n3;01.02.2027 00:00\n4;2027-02-01T00:00:00Z\n5;46419\n")
    )
    assert {str(values["eta"]) for _, values, _ in rows} == {"2027-02-01"}
    assert [[n for n in notes if n[1] == "eta"] for _, _, notes in rows] == [[("warning", "eta")]] * 2 + [[]] * 3


def test_noughts_that_a_number_format_shows_are_part_of_a_number() -> None:
    """An order number typed as 00471, kept as 471 and shown by its format; money and years read the same."""
    made = book(
        ["VIN", "Ordrenr", "Telefon", "Salgspris"],
        ["WVWZZZTR000081435", 471, 91234567, 471],
        B2="00000", C2="00 00 00 00", D2="00000",
    )  # fmt: skip
    ((_, values, notes),) = come_to(table_of(made))
    assert (values["order_number"], values["sale_price"], notes) == ("00471", Decimal(471), [])
    assert values["customer_phone"] == "+4791234567"


def test_digits_that_a_spreadsheet_has_lost_reject_the_row() -> None:
    """It keeps fifteen digits of a number and writes noughts for the others."""
    rows = come_to(table_of(book(["VIN", "Ordrenr"], ["WVWZZZTR000081435", 1234567890123450], ["X", 123456789012345])))
    assert [("rejected", "order_number") in notes for _, _, notes in rows] == [True, False]
    assert rows[1][1]["order_number"] == "123456789012345"


# --- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        b"<html><body><table><tr><td>Regnr</td></tr></table></body></html>",
        b'\xef\xbb\xbf<?xml version="1.0"?>\n<Workbook></Workbook>',
        b"\n  <table border=1>\n<tr><td>Regnr;Merke</td></tr></table>",
        b'[{"Regnr": "EL10001", "Merke": "VW"},\n{"Regnr": "EL10002"}]',
        "<table><tr><td>Regnr</td></tr></table>".encode("utf-16-le"),
    ],
)
def test_pages_called_a_spreadsheet_are_refused_in_words(data: bytes) -> None:
    """As many systems write what they call a file for Excel."""
    with pytest.raises(BadPayloadError) as refused:
        table_of(data)
    assert "lagre den som XLSX" in refused.value.problems[0].message.pick("nb")


def test_entities_are_never_resolved_and_bombs_never_unpacked() -> None:
    with zipfile.ZipFile(io.BytesIO(book(["VIN"], ["1"]))) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"]
    sheet = sheet[sheet.index(b"<worksheet") :]

    def packed_with(part: bytes) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
            for name, content in {**parts, "xl/worksheets/sheet1.xml": part}.items():
                made.writestr(name, content)
        return out.getvalue()

    assert table_of(packed_with(sheet)).header == ("VIN",)
    with pytest.raises(BadPayloadError):
        table_of(packed_with(b'<!DOCTYPE x [<!ENTITY a "b">]>' + sheet))
    with pytest.raises(TooLargeError):
        table_of(packed_with(sheet + b" " * (401 * 1024 * 1024)))


@pytest.mark.parametrize("data", [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, b"%PDF-1.7\nx;y\n1;2"])
def test_other_formats_are_refused_in_words(data: bytes) -> None:
    with pytest.raises(BadPayloadError, match="CSV"):
        table_of(data)
