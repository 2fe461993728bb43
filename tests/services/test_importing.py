"""Imports as they go wrong: a cell, a row, a refusal, a stop; and how many statements they take when they go right."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from directapp.app.spec import load_spec
from directapp.derive.sheet.layout import read_table
from directapp.derive.sheet.matching import known_words, match_columns
from directapp.derive.sheet.rows import TableReader, index_refs
from directapp.domains.imports.ledger import LEDGER
from directapp.domains.imports.prototype import read_export
from directapp.kernel.actor import system_actor
from directapp.kernel.errors import UnavailableError
from directapp.services.import_session import Session
from directapp.services.importing import Importing
from directapp.services.incoming import Raw
from directapp.services.ledger import IMPORTER, Order, Report
from directapp.store.query import Query
from directapp.store.unit import recorded
from support.dealer import Dealer
from support.export import small

SPEC = load_spec()
CARS = SPEC["cars"]
FILES = Path(__file__).parents[1] / "data" / "sheets"


def sheet(dealer: Dealer, text: str | bytes, key: str | None = "vin") -> TableReader:
    table = read_table(text if isinstance(text, bytes) else text.encode(), known=known_words(CARS))
    columns = {table.columns[m.place].key: m.field for m in match_columns(CARS, table.header) if m.field}
    sites = [{"id": dealer.sites[number], "number": number, "name": number} for number in dealer.sites]
    refs = index_refs(SPEC["dealerships"], sites)
    return TableReader(spec=SPEC, meta=CARS, table=table, columns=columns, key=key, refs=refs)


async def taken(dealer: Dealer, reader: TableReader, *, dry_run: bool = False, role: str = "tenant_admin") -> Report:
    person = await dealer.person(role)
    order = Order(actor=person, by=person, reader=reader, name="biler.csv", dry_run=dry_run, collection="cars")
    return await Importing(dealer.application.platform.pipeline, LEDGER).run(order)


def outcomes(report: Report) -> list[tuple[int, str, list[str | None]]]:
    return [(r.raw.number, r.outcome, [n.field for n in r.notes]) for r in report.results]


def cars(count: int, start: int = 0) -> str:
    rows = (f"WVWZZZE1ZMA{start + n:06d};VW;Golf;Bruktbil;490" for n in range(count))
    return "\n".join(["VIN;Merke;Modell;Biltype;Forhandler", *rows])


# --- one plate -----------------------------------------------------------------------------------


async def test_a_sheet_gives_no_plate_a_second_living_car(dealer: Dealer) -> None:
    """Neither one that stands here already, however it is written, nor one that stands twice in the sheet."""
    seller = await dealer.person("used_car_sales", "490")
    await dealer.create(seller, "cars", license_plate="EL12345", car_type="used", make="Volvo", model="V60")
    rows = [("1", "el-12345"), ("2", "EL 12346"), ("3", "EL12346"), ("4", "EL12347")]
    lines = [f"WVWZZZE1ZMA00000{n};VW;Golf;Bruktbil;490;{plate}" for n, plate in rows]
    text = "\n".join(["VIN;Merke;Modell;Biltype;Forhandler;Regnr", *lines])
    for dry_run in (True, False):
        report = await taken(dealer, sheet(dealer, text), dry_run=dry_run)
        assert outcomes(report) == [
            (2, "rejected", ["license_plate"]),
            (3, "created", []),
            (4, "rejected", ["license_plate"]),
            (5, "created", []),
        ]


# --- one cell ------------------------------------------------------------------------------------


async def test_a_nul_rejects_its_row_by_name_and_stops_no_other(dealer: Dealer) -> None:
    for dry_run in (True, False):
        report = await taken(dealer, sheet(dealer, (FILES / "I6_nul.csv").read_bytes()), dry_run=dry_run)
        assert outcomes(report) == [(2, "created", []), (3, "rejected", ["seller_notes"]), (4, "created", [])]
    kept = await Importing(dealer.application.platform.pipeline, LEDGER).books(dealer.tenant).rows_of(report.run)
    assert kept[1].data["Notat"] == {"is": "unstorable", "text": "to\u2400to"}


@pytest.mark.parametrize(
    "value",
    ["a\ud800b", "x" * 200_000, 10**400, float("nan"), [[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]], {"a\0": 1}],
)
async def test_whatever_stands_in_a_cell_the_others_are_taken_in(dealer: Dealer, value: Any) -> None:
    class Odd(TableReader):
        """A sheet with a cell that no file should have."""

        def rows(self) -> Sequence[Raw]:
            first, second, *rest = TableReader.rows(self)
            return [first, Raw(second.collection, second.number, {**second.data, "Modell": value}), *rest]

    base = sheet(dealer, cars(3))
    reader = Odd(spec=SPEC, meta=CARS, table=base.table, columns=base.columns, key="vin", refs=base.refs)
    report = await taken(dealer, reader)
    assert outcomes(report) == [(2, "created", []), (3, "rejected", ["model"]), (4, "created", [])]


async def test_the_prototypes_cells_stop_nothing_either(dealer: Dealer) -> None:
    rows = json.loads((FILES / "prototype_messy_cars.json").read_text())
    rows = rows if isinstance(rows, list) else rows["data"]
    rows[0]["comment"], rows[1]["customer_name"], rows[2]["model"] = "nul\0her", "halv\ud800", "x" * 100_000
    rows[3]["id"] = "i" * 500
    contents = {**small(people=False), "cars.json": json.dumps({"data": rows}).encode()}
    actor = system_actor(dealer.tenant, IMPORTER)
    reader = read_export(SPEC, contents, dealer.application.platform.clock())
    application = Importing(dealer.application.platform.pipeline, LEDGER)
    for dry_run in (True, False):
        report = await application.run(Order(actor=actor, reader=reader, name="x", dry_run=dry_run))
        found = {r.raw.number: r for r in report.results if r.raw.collection == "cars"}
        assert len(found) == len(rows)
        assert [found[n].outcome for n in (1, 2, 3, 4)] == ["rejected"] * 4
        for number, column in ((1, "comment"), (2, "customer_name"), (3, "model")):
            assert any(column in note.text.pick("nb") for note in found[number].notes)


# --- keys ----------------------------------------------------------------------------------------


async def test_used_cars_known_by_plate_are_not_doubled(dealer: Dealer) -> None:
    data = (FILES / "own_plate_only_twice.csv").read_bytes()
    first = await taken(dealer, sheet(dealer, data, "license_plate"))
    again = await taken(dealer, sheet(dealer, data, "license_plate"))
    assert [r.outcome for r in first.results + again.results] == ["created", "created", "unchanged", "unchanged"]
    assert [r.record for r in first.results] == [r.record for r in again.results]
    bare = await taken(dealer, sheet(dealer, "Skilt;Merke;Biltype\n;VW;Bruktbil\n", "license_plate"))
    assert outcomes(bare) == [(2, "held", ["license_plate"])]


async def test_of_many_rows_with_one_key_the_first_others_are_named(dealer: Dealer) -> None:
    text = "VIN;Merke;Modell;Biltype;Forhandler\n" + "WVWZZZE1ZMA000001;VW;Golf;Bruktbil;490\n" * 200
    report = await taken(dealer, sheet(dealer, text), dry_run=True)
    assert report.outcomes == {"held": 200}
    said = [r.notes[-1].text.english for r in report.results]
    assert "also stands in row 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 …." in said[0]
    assert "row 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 …." in said[199]
    assert max(map(len, said)) < 200
    few = sheet(dealer, "VIN;Merke;Modell;Biltype;Forhandler\n" + "WVWZZZE1ZMA000001;VW;Golf;Bruktbil;490\n" * 3)
    assert "row 2, 4." in (await taken(dealer, few, dry_run=True)).results[1].notes[-1].text.english


async def test_what_is_held_is_taken_in_when_a_person_says_so(dealer: Dealer) -> None:
    application = Importing(dealer.application.platform.pipeline, LEDGER)
    reader = sheet(dealer, "VIN;Merke;Biltype\n;Saab;Bruktbil\n")
    report = await taken(dealer, reader)
    row = (await application.books(dealer.tenant).rows_of(report.run))[0]
    admin = await dealer.person("tenant_admin")
    await dealer.do(admin, "import_rows", "update", row.row, decision="take")
    again = await application.retry(admin, reader, report.run)
    assert [(r.outcome, [n.level for n in r.notes]) for r in again.results] == [("created", ["warning"])]


async def test_answered_rows_that_are_tried_again_twice_at_once_are_taken_in_once(dealer: Dealer) -> None:
    """Nothing tells such rows apart but their place in the file: two runs would make two cars of each."""
    application = Importing(dealer.application.platform.pipeline, LEDGER)
    reader = sheet(dealer, "VIN;Merke;Biltype\n;Saab;Bruktbil\n;Volvo;Bruktbil\n")
    report = await taken(dealer, reader)
    admin = await dealer.person("tenant_admin")
    for row in await application.books(dealer.tenant).rows_of(report.run):
        await dealer.do(admin, "import_rows", "update", row.row, decision="take")
    both = await asyncio.gather(*(application.retry(admin, reader, report.run) for _ in range(2)))
    assert sorted(len(one.results) for one in both) == [0, 2]
    page = await dealer.application.platform.reading.page(admin, "cars", Query(fields=(("make",),)))
    assert sorted(row["make"] for row in json.loads(page.json)) == ["Saab", "Volvo"]
    assert [k.outcome for k in await application.books(dealer.tenant).rows_of(report.run)] == ["created"] * 2


# --- together ------------------------------------------------------------------------------------


async def test_more_rows_take_no_more_statements(dealer: Dealer) -> None:
    async def statements(count: int, start: int) -> int:
        mark = recorded.set([])
        report = await taken(dealer, sheet(dealer, cars(count, start)))
        ran = len(recorded.get() or ())
        recorded.reset(mark)
        assert [r.outcome for r in report.results] == ["created"] * count
        return ran

    await statements(10, 900)
    ten, hundred = await statements(10, 2000), await statements(100, 1000)
    assert hundred < 2 * ten


async def test_one_that_the_database_refuses_is_found_among_many(dealer: Dealer) -> None:
    rows = [f"WVWZZZE1ZMR{n:06d};VW;Golf;Nybil;{'DOBBEL' if n in {7, 31} else f'R{n}'};490" for n in range(40)]
    text = "\n".join(["VIN;Merke;Modell;Biltype;Ordrenr;Forhandler", *rows])
    report = await taken(dealer, sheet(dealer, text))
    assert [r.outcome for r in report.results].count("created") == 39
    assert [(r.raw.number, n.field) for r in report.results for n in r.notes] == [(33, "order_number")]
    again = await taken(dealer, sheet(dealer, text.replace("Golf", "Polo")))
    assert [r.outcome for r in again.results].count("changed") == 39


async def test_rows_written_together_are_judged_as_rows_alone(dealer: Dealer) -> None:
    text = cars(12).replace(";Forhandler", "").replace(";490", "").replace("A000003", "A00000I")
    report = await taken(dealer, sheet(dealer, text), role="used_car_sales")
    assert [r.outcome for r in report.results].count("rejected") == 1
    records = [r.record for r in report.results if r.record is not None]
    admin = await dealer.person("tenant_admin")
    car = await dealer.read(admin, "cars", records[0])
    alone = await dealer.read(admin, "cars", await dealer.create(
        await dealer.person("used_car_sales"), "cars", vin="WVWZZZE1ZMA999999", make="VW", model="Golf",
        car_type="used",
    ))  # fmt: skip
    own = {"id", "vin", "created_at", "updated_at", "status_since", "expected_ready_at", "stock_number"}
    assert {k: v for k, v in car.items() if k not in own} == {k: v for k, v in alone.items() if k not in own}
    history = await dealer.application.platform.reading.history(admin, "cars", records[0])
    assert [one["verb"] for one in history] == ["create"]


# --- stopped -------------------------------------------------------------------------------------


async def test_a_run_that_is_stopped_says_what_it_stored_and_goes_on(
    dealer: Dealer, monkeypatch: pytest.MonkeyPatch
) -> None:
    application = Importing(dealer.application.platform.pipeline, LEDGER)
    reader, admin = sheet(dealer, cars(250, 5000)), await dealer.person("tenant_admin")
    order = Order(actor=admin, by=admin, reader=reader, name="x", dry_run=False, collection="cars")
    run = await application.books(dealer.tenant).open(order, 250)
    whole, calls = Session.write_all, []

    async def until_the_third(self: Session, *args: Any) -> Any:
        calls.append(1)
        if len(calls) == 3:
            raise ConnectionResetError
        return await whole(self, *args)

    monkeypatch.setattr(Session, "write_all", until_the_third)
    with pytest.raises(UnavailableError):
        await application.run(order, run=run)
    stopped = await dealer.read(admin, "import_runs", run)
    assert (stopped["status"], stopped["rows_done"], stopped["created"]) == ("failed", 200, 200)
    monkeypatch.setattr(Session, "write_all", whole)
    report = await application.run(order, run=run)
    assert (len(report.results), report.outcomes["created"]) == (50, 250)
    done = await dealer.read(admin, "import_runs", run)
    assert (done["status"], done["rows_done"], done["created"], done["failure"]) == ("finished", 250, 250, None)
