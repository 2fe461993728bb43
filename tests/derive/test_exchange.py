"""Sheets out and in: what Excel opens, what it must not run, which column means what, and the way back."""

import io
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from directapp.app.spec import load_spec
from directapp.derive import sheets
from directapp.derive.exchange import CSV, XLSX, Scribe, export_rows, header_of
from directapp.derive.sheet import layout
from directapp.derive.sheet.layout import read_table
from directapp.derive.sheet.matching import keys_of, match_columns
from directapp.derive.sheet.rows import TableReader, index_refs
from directapp.domains.imports.ledger import LEDGER
from directapp.kernel.errors import BadPayloadError, TooLargeError
from directapp.kernel.ids import uuid7
from directapp.services.importing import Importing
from directapp.services.ledger import Order, Report
from support.dealer import Dealer

SPEC = load_spec()
CARS = SPEC["cars"]
NAMES = ("vin", "car_type", "sale_price", "eta", "sold_at", "in_vehicle_bank", "dealership", "seller_notes")
SITE = uuid7()
ROW: dict[str, Any] = {
    "id": str(uuid7()),
    "vin": "WVWZZZE1ZMP000001",
    "car_type": "certified",
    "sale_price": "349900.50",
    "eta": "2026-11-26",
    "sold_at": "2026-11-20T12:00:00.000Z",
    "in_vehicle_bank": True,
    "dealership": {"id": str(SITE), "number": "490", "name": "Sørkyst"},
    "seller_notes": '=HYPERLINK("http://evil";"x")',
}


# --- out -----------------------------------------------------------------------------------------


def test_csv_is_what_a_norwegian_excel_opens() -> None:
    text = export_rows(SPEC, CARS, NAMES, [ROW]).decode()
    assert text.startswith("\ufeffUnderstellsnummer;Biltype;Salgspris;")
    values = text.splitlines()[1].split(";")
    assert values[:7] == [
        "WVWZZZE1ZMP000001", "Sertifisert bruktbil", "349900,50", "2026-11-26", "2026-11-20 13:00", "Ja",
        "490 Sørkyst",
    ]  # fmt: skip


def test_codes_are_for_programs() -> None:
    data = export_rows(SPEC, CARS, NAMES, [ROW], header="codes", language="en").decode("utf-8-sig")
    assert data.splitlines()[0] == ";".join(NAMES)
    assert data.splitlines()[1].startswith(
        f"WVWZZZE1ZMP000001;certified;349900,50;2026-11-26;2026-11-20T12:00:00.000Z;true;{SITE};"
    )


def test_a_masked_field_is_an_empty_cell() -> None:
    masked = {n: v for n, v in ROW.items() if n not in {"sale_price", "seller_notes"}}
    assert export_rows(SPEC, CARS, ("vin", "sale_price", "eta"), [masked]).decode().splitlines()[1].split(";")[1] == ""


@pytest.mark.parametrize("text", ["=1+1", "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\uff1d1"])
def test_no_text_runs_in_a_spreadsheet(text: str) -> None:
    row = {"vin": "X", "seller_notes": text}
    line = export_rows(SPEC, CARS, ("vin", "seller_notes"), [row]).decode("utf-8-sig")
    assert sheets._csv_cell(text).startswith("'")
    assert text.strip() in line
    book = openpyxl.load_workbook(io.BytesIO(export_rows(SPEC, CARS, ("vin", "seller_notes"), [row], media_type=XLSX)))
    cell = book.worksheets[0]["B2"]
    assert (cell.data_type, cell.quotePrefix) == ("s", True)


def test_phone_numbers_and_negative_amounts_stay_as_they_are() -> None:
    assert sheets.safe_text("+4791234567") == "+4791234567"
    assert sheets._csv_cell(Decimal("-5.00")) == "-5,00"


def test_xlsx_holds_numbers_and_dates_as_such() -> None:
    data = export_rows(SPEC, CARS, NAMES, [ROW], media_type=XLSX)
    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    assert sheet.title == "Biler"
    assert sheet["A1"].font.bold
    price, day, moment, bank = [c.value for c in sheet[2]][2:6]
    assert (price, day.isoformat(), moment.isoformat(), bank) == (
        349900.5, "2026-11-26T00:00:00", "2026-11-20T13:00:00", "Ja",
    )  # fmt: skip


def test_a_label_that_stands_twice_names_its_field() -> None:
    names = ("model_year", "year", "customer_name")
    assert header_of(CARS, names, "nb")[2] == "Kundens navn"
    assert len(set(header_of(CARS, tuple(CARS.fields), "nb"))) == len(CARS.fields)


def test_every_kind_has_a_cell() -> None:
    scribe = Scribe(SPEC, "nb")
    site, users = SPEC["dealerships"].fields, SPEC["users"].fields
    assert scribe.cell(users["roles"], ["planner", "parts"]) == "Planlegger, Delelager"
    assert scribe.cell(site["brand_colors"], {"primary": "#001e50"}) == '{"primary":"#001e50"}'
    assert scribe.cell(CARS.fields["model_year"], 2026) == 2026
    assert scribe.cell(CARS.fields["eta"], "2026-11-26") == date(2026, 11, 26)
    assert scribe.cell(CARS.fields["dealership"], str(SITE)) == str(SITE)


# --- reading -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        "\ufeffA;B\r\n1;ø\r\n".encode(),
        "A,B\n1,ø\n".encode(),
        "A\tB\n1\tø".encode(),
        "A;B\n1;ø\n\n;\n".encode("cp1252"),
        "sep=;\nA;B\n1;ø\n".encode(),
        "A;B;\n1;ø;\n".encode("utf-16"),
    ],
)
def test_tables_are_read_as_people_save_them(data: bytes) -> None:
    table = read_table(data)
    assert (table.header, table.rows) == (("A", "B"), (("1", "ø"),))


def test_short_and_quoted_rows() -> None:
    assert read_table(b'A;B\n"x;\ny"\n').rows == (("x;\ny", None),)


def test_what_was_made_safe_is_read_back() -> None:
    data = export_rows(SPEC, CARS, ("vin", "seller_notes"), [ROW])
    assert read_table(data).rows[0] == (ROW["vin"], ROW["seller_notes"])
    data = export_rows(SPEC, CARS, ("vin", "seller_notes"), [ROW], media_type=XLSX)
    assert read_table(data).rows[0] == (ROW["vin"], ROW["seller_notes"])


@pytest.mark.parametrize("data", [b"", b"A;B\n", b"PK\x03\x04broken", b"\x89PNG\r\n\x1a\n\x00\x00\x00\x00x\n1"])
def test_what_is_no_table_is_refused(data: bytes) -> None:
    with pytest.raises(BadPayloadError):
        read_table(data)


def test_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "MOST_ROWS", 2)
    with pytest.raises(TooLargeError):
        read_table(b"A\n1\n2\n3\n")


# --- columns -------------------------------------------------------------------------------------


def matched(*header: str) -> list[tuple[str | None, str | None]]:
    return [(m.field, m.how) for m in match_columns(CARS, header)]


def test_columns_are_known_by_name_label_and_likeness() -> None:
    assert matched("vin", "Skilt", "CUSTOMER NAME", "Ordre nr", "Helt noe annet") == [
        ("vin", "name"), ("license_plate", "label"), ("customer_name", "name"), ("order_number", "heading"),
        (None, None),
    ]  # fmt: skip
    assert matched("Kundens telefn") == [("customer_phone", "similar")]


def test_no_field_is_taken_twice_and_computed_ones_are_left_out() -> None:
    assert matched("vin", "VIN", "Understellsnummer") == [("vin", "name"), (None, None), (None, None)]
    assert matched("Status", "margin") == [(None, None), (None, None)]
    assert [m.field for m in match_columns(CARS, ["vin", "make"], {"make"})] == [None, "make"]


def test_own_exports_match_whole() -> None:
    names = tuple(f.name for f in CARS.fields.values() if f.writable)
    for language in ("nb", "en"):
        found = match_columns(CARS, header_of(CARS, names, language))
        assert tuple(m.field for m in found) == names


def test_the_id_then_what_is_unique_tells_records_apart() -> None:
    assert keys_of(CARS, ["order_number", "license_plate", "vin", "id", "make"]) == (
        "id",
        "vin",
        "order_number",
        "license_plate",
    )
    assert keys_of(CARS, ["make"]) == ()


# --- rows ----------------------------------------------------------------------------------------


def columns_of(table: layout.Table) -> dict[str, str]:
    return {table.columns[m.place].key: m.field for m in match_columns(CARS, table.header) if m.field}


def reader(text: str, **more: Any) -> TableReader:
    table = read_table(text.encode())
    columns = columns_of(table)
    refs = index_refs(SPEC["dealerships"], [{"id": SITE, "number": "490", "name": "Sørkyst"}])
    return TableReader(spec=SPEC, meta=CARS, table=table, columns=columns, refs=refs, **more)


def test_words_become_codes_times_and_records() -> None:
    text = "Biltype;Forhandler;Avtalt overlevering;Merke\nBruktbil;490;26.11.2026 13:00;\n"
    row = reader(text).understand(reader(text).rows()[0])
    assert row.values == {"car_type": "used", "dealership": SITE, "handover_at": datetime(2026, 11, 26, 12, tzinfo=UTC)}
    assert (row.number, row.match, row.notes) == (2, {}, ())


def test_a_record_that_is_not_found_and_an_empty_row_are_said() -> None:
    sheet = reader("Forhandler;Merke\n777;VW\n;\n  ;-\n")
    assert [n.field for n in sheet.understand(sheet.rows()[0]).notes] == ["dealership"]


# --- through the pipeline ------------------------------------------------------------------------


async def taken(dealer: Dealer, role: str, sheet: TableReader, *, dry_run: bool = False) -> Report:
    person = await dealer.person(role)
    importing = Importing(dealer.application.platform.pipeline, LEDGER)
    return await importing.run(Order(actor=person, by=person, reader=sheet, name="biler.csv", dry_run=dry_run))


CSV_CARS = (
    "Understellsnummer;Merke;Modell;Biltype;Ordrenummer;Salgspris\n"
    "WVWZZZE1ZMP000{0}1;VW;ID.3;Nybil;7{0}1;349 900,50\n"
    "WVWZZZE1ZMP000{0}2;VW;ID.4;Nybil;7{0}2;\n"
    "WVWZZZE1ZMP000{0}2;VW;ID.4;Nybil;7{0}3;\n"
    "feil;VW;ID.4;Romskip;7{0}4;ti kroner\n"
)


async def test_a_sheet_is_tried_and_taken_in_as_the_person(dealer: Dealer) -> None:
    sheet = reader(CSV_CARS.format("40"), key="vin")
    tried = await taken(dealer, "new_car_sales", sheet, dry_run=True)
    assert [r.outcome for r in tried.results] == ["created", "held", "held", "rejected"]
    assert {n.field for n in tried.results[3].notes} == {"vin", "car_type", "sale_price"}
    person = await dealer.person("new_car_sales")
    done = await taken(dealer, "new_car_sales", sheet)
    assert done.outcomes == tried.outcomes
    record = done.results[0].record
    assert record is not None
    car = await dealer.read(person, "cars", record)
    assert (car["sale_price"], car["status"], car["dealership"]) == (
        "349900.50",
        "registered",
        str(dealer.sites["490"]),
    )
    again = await taken(dealer, "new_car_sales", reader(CSV_CARS.format("40").replace("ID.3", "ID.7"), key="vin"))
    assert [r.outcome for r in again.results] == ["changed", "held", "held", "rejected"]
    assert (await dealer.read(person, "cars", record))["model"] == "ID.7"
    same = await taken(dealer, "new_car_sales", reader(CSV_CARS.format("40").replace("ID.3", "ID.7"), key="vin"))
    assert same.results[0].outcome == "unchanged"


async def test_a_sheet_has_no_more_rights_than_the_person(dealer: Dealer) -> None:
    text = "vin;make;model;car_type;order_number;purchase_price\nWVWZZZE1ZMP000888;VW;Golf;new;8881;100\n"
    refused = await taken(dealer, "new_car_sales", reader(text))
    assert [(r.outcome, r.notes[0].field) for r in refused.results] == [("rejected", "purchase_price")]
    nobody = await taken(dealer, "mechanic", reader(text.replace(";purchase_price", "").replace(";100", "")))
    assert [r.outcome for r in nobody.results] == ["rejected"]


async def test_an_export_goes_back_in_unchanged(dealer: Dealer) -> None:
    admin = await dealer.person("tenant_admin")
    now = datetime.now(UTC).replace(microsecond=0, second=0).isoformat()
    car = await dealer.create(
        admin, "cars", vin="WVWZZZE1ZMP000999", make="VW", model="Golf", car_type="new", order_number="9991",
        dealership=str(dealer.sites["490"]), eta="2026-12-01", sale_price="1.50", seller_notes="=1+1",
        customer_name="Kari", customer_phone="+4791234567", handover_at=now, tyre_hotel=True,
    )  # fmt: skip
    row = await dealer.read(admin, "cars", car)
    names = tuple(n for n in CARS.fields if CARS.fields[n].writable or n == "id")
    site = {"id": row["dealership"], "number": "490", "name": "Volkswagen Kristiansand"}
    sites = {n: site for n in ("dealership", "original_dealership", "prep_center") if row[n]}
    for media_type in (CSV, XLSX):
        table = read_table(export_rows(SPEC, CARS, names, [row | sites], media_type=media_type))
        columns = columns_of(table)
        assert set(columns.values()) == set(names)
        refs = index_refs(SPEC["dealerships"], [site])
        sheet = TableReader(spec=SPEC, meta=CARS, table=table, columns=columns, refs=refs, key="id")
        report = await taken(dealer, "tenant_admin", sheet)
        assert [(r.outcome, [n.text.english for n in r.notes]) for r in report.results] == [("unchanged", [])]
