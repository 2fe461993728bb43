"""The command line's sheets: proposed columns, what may be said otherwise, a trial, taking in, and what went wrong."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from derive.test_sheet_files import book
from directapp.app.container import Application
from directapp.declare.reading import DateFormat, NumberFormat
from directapp.interfaces.cli.importing import register
from directapp.interfaces.cli.people import find_person
from directapp.interfaces.cli.sheets import Asked, read, take
from directapp.services.import_session import Session
from directapp.services.ledger import Report
from directapp.store.query import Query
from support.dealer import Dealer

FILE = Path(__file__).parents[2] / "data" / "sheets" / "own_dealer_export_first40.csv"
ROWS = """Regnr;Chassisnr;Merke;Modell;Biltype;Utsalgspris;Mobil
EL12341;WVWZZZTR009680391;VW;Golf;Nybil;349.900;91234567
EL12342;WVWZZZTR009680392;VW;Golf;Nybil;1e3;911

EL12343;;VW;Golf;Nybil;5;
"""
Run = Callable[..., Awaitable[Result]]


async def taken(dealer: Dealer, asked: Asked, *, commit: bool) -> Report:
    platform, admin = dealer.application.platform, await dealer.person("tenant_admin")
    reader = await read(platform, admin, FILE.read_bytes(), asked)
    return await take(platform, admin, reader, FILE.name, asked, commit=commit)


async def test_a_dealers_export_is_tried_and_taken_in(dealer: Dealer, capsys: pytest.CaptureFixture[str]) -> None:
    tried = await taken(dealer, Asked(), commit=False)
    assert tried.outcomes == {"created": 40}
    told = capsys.readouterr().err
    assert "overskrifter i rad 1; poster kjennes på vin" in told
    assert "cp1252, «;»; tall: norwegian, datoer: sheet; 40 rader" in told
    assert "Innpris -> purchase_price" in told
    done = await taken(dealer, Asked(), commit=True)
    assert done.outcomes == {"created": 40}
    record = done.results[30].record
    assert record is not None
    car = await dealer.read(await dealer.person("tenant_admin"), "cars", record)
    assert (car["vin"], car["sale_price"], car["eta"], car["customer_phone"], car["seller_notes"]) == (
        "WVWZZZTR009680422", "1170900.00", "2027-03-06", "+4740093756", "Takboks; hengerfeste",
    )  # fmt: skip
    again = await taken(dealer, Asked(key="license_plate"), commit=True)
    assert again.outcomes == {"unchanged": 40}


async def test_columns_and_key_may_be_said_otherwise(dealer: Dealer) -> None:
    platform, admin = dealer.application.platform, await dealer.person("tenant_admin")
    data = b"Regnr;Notat;Annet\nEL12345;en;to\n"
    said = await read(platform, admin, data, Asked(columns={"Notat": "", "Annet": "seller_notes"}, key="none"))
    assert (said.columns, said.key) == ({"Regnr": "license_plate", "Annet": "seller_notes"}, None)
    for wrong in (Asked(columns={"Finnes ikke": "vin"}), Asked(columns={"Annet": "tull"}), Asked(key="vin")):
        with pytest.raises(typer.BadParameter):
            await read(platform, admin, data, wrong)
    with pytest.raises(typer.BadParameter, match="there is no collection ukjent"):
        await read(platform, admin, data, Asked(collection="ukjent", language="en"))


async def test_how_a_file_is_written_may_be_said(dealer: Dealer) -> None:
    platform, admin = dealer.application.platform, await dealer.person("tenant_admin")
    data = "Regnr|Utsalgspris|Lovet levering\nEL12345|349,900|03/04/2027\n".encode("utf-16")
    said = Asked(numbers=NumberFormat.ENGLISH, dates=DateFormat.MONTH_FIRST, separator="|", encoding="utf-16")
    reader = await read(platform, admin, data, said)
    row = reader.understand(reader.rows()[0])
    assert (str(row.values["sale_price"]), str(row.values["delivery_date"])) == ("349900.00", "2027-03-04")
    unsaid = await read(platform, admin, data, Asked())
    assert {n.field for n in unsaid.understand(unsaid.rows()[0]).notes} == {"sale_price", "delivery_date"}


async def test_what_a_heading_may_mean_is_proposed_and_not_taken(
    dealer: Dealer, capsys: pytest.CaptureFixture[str]
) -> None:
    platform, admin = dealer.application.platform, await dealer.person("tenant_admin")
    data = b"Regnr;Skilt;Kunde;Kunde;Utsalgsprisen\nEL12345;EL99999;a;b;5\n"
    reader = await read(platform, admin, data, Asked())
    assert reader.columns == {"Skilt": "license_plate", "Kunde [C]": "customer_name"}
    told = capsys.readouterr().err
    assert "Regnr -> (tas ikke med)" in told
    assert "Kunde [D] -> (tas ikke med)" in told
    assert '--column "Utsalgsprisen=sale_price"' in told


async def test_a_person_is_found_by_address(dealer: Dealer) -> None:
    with pytest.raises(typer.BadParameter, match="nobody"):
        await find_person(dealer.application.auth, "ingen@example.test")


@pytest.fixture
async def run(dealer: Dealer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command on a file of ROWS as an administrator, beside the loop that the application lives in."""
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "biler.csv").write_text(ROWS)
    email = str((await dealer.read(await dealer.person("tenant_admin"), "users", await admin_of(dealer)))["email"])

    class FakeCommands:
        @asynccontextmanager
        async def application(self) -> AsyncIterator[Application]:
            yield dealer.application

    app = typer.Typer()
    register(app, FakeCommands)
    loop = asyncio.get_running_loop()
    monkeypatch.setattr("asyncio.run", lambda work: asyncio.run_coroutine_threadsafe(work, loop).result())

    def begin(*words: str, file: str = "biler.csv", who: str = email) -> Result:
        return CliRunner().invoke(app, ["import", "sheet", file, "--as", who, *words])

    async def beside(*words: str, **more: str) -> Result:
        return await asyncio.to_thread(begin, *words, **more)

    return beside


async def admin_of(dealer: Dealer) -> object:
    return (await dealer.person("tenant_admin")).user


async def cars(dealer: Dealer) -> str:
    page = await dealer.application.platform.reading.page(
        await dealer.person("tenant_admin"), "cars", Query(fields=(("license_plate",),), limit=10)
    )
    return page.json.decode()


@pytest.mark.parametrize(
    ("english", "told"),
    [
        (
            (),
            [
                "avvist: cars, rad 3, Utsalgspris: «1e3»: Skal være et tall",
                "avvist: cars, rad 3, Mobil: «911»: Skal være et gyldig telefonnummer",
                "venter: cars, rad 5, Chassisnr: Understellsnummer mangler",
                "2 rader er ikke tatt inn.",
            ],
        ),
        (
            ("--english",),
            [
                "rejected: cars, row 3, Utsalgspris: “1e3”: Must be a number",
                "rejected: cars, row 3, Mobil: “911”: Must be a valid phone number",
                "held: cars, row 5, Chassisnr: VIN is missing",
                "2 rows are not taken in.",
            ],
        ),
    ],
)
async def test_rows_that_wait_are_named_with_their_column(
    english: tuple[str, ...], told: list[str], run: Run, dealer: Dealer
) -> None:
    tried = await run(*english)
    assert tried.exit_code == 3
    assert all(line in tried.stdout for line in told[:-1])
    assert told[-1] not in tried.stdout
    assert await cars(dealer) == "[]"
    done = await run("--commit", *english, "--report", "r.csv")
    assert done.exit_code == 3
    assert all(line in done.stdout for line in told)
    assert "EL12341" in await cars(dealer)
    assert len(Path("r.csv").read_text().splitlines()) == 4
    Path("biler.csv").write_text("\n".join(ROWS.splitlines()[:2]))
    assert (await run("--commit", *english)).exit_code == 0


@pytest.mark.parametrize(
    ("asked", "code", "told"),
    [
        (
            ((), {"file": "nei.csv"}),
            1,
            ("nei.csv kan ikke leses: den finnes ikke.", "nei.csv cannot be read: there is none."),
        ),
        ((("--report", "nei/r.csv"), {}), 1, ("Ingenting er gjort", "Nothing has been done")),
        ((("--header", "99"), {}), 1, ("Rad 99 finnes ikke i filen", "There is no row 99 in the file")),
        ((("--sheet", "Ark9"), {"file": "bok.xlsx"}), 1, ("Filen lar seg ikke lese", "The file cannot be read")),
        (((), {"file": "program"}), 1, ("Filen lar seg ikke lese", "The file cannot be read")),
        ((("--collection", "biler"), {}), 2, ("ingen samling biler", "no collection biler")),
        ((("--column", "Pris=vin"), {}), 2, ("overskriftene er Biltype", "the headings are Biltype")),
        ((("--column", "Merke=tull"), {}), 2, ("feltene er appraisal_price", "the fields are appraisal_price")),
        ((("--column", "Merke=status"), {}), 2, ("feltene er appraisal_price", "the fields are appraisal_price")),
        ((("--column", "Merke"), {}), 2, ("skriv OVERSKRIFT=FELT", "write HEADING=FIELD")),
        ((("--key", "order_number"), {}), 2, ("ingen kolonne går til order_number", "no column goes to order_number")),
        (((), {"who": "ingen@example.test"}), 2, ("ingen har e-postadressen", "nobody has the e-mail address")),
    ],
)
async def test_what_is_wrong_is_said_in_both_languages_and_nothing_is_done(
    asked: tuple[tuple[str, ...], dict[str, str]], code: int, told: tuple[str, str], run: Run, dealer: Dealer
) -> None:
    words, more = asked
    Path("program").write_bytes(bytes(range(256)) * 40)
    Path("bok.xlsx").write_bytes(book(["Regnr"], ["EL12345"]))
    for language, text in zip(((), ("--english",)), told, strict=True):
        ended = await run("--commit", *words, *language, **more)
        said = re.sub(r"[\s│]+", " ", ended.output + ended.stderr)
        assert (ended.exit_code, text in said) == (code, True), said
        assert "Traceback" not in said
    assert await cars(dealer) == "[]"


async def test_a_stopped_import_says_what_it_has_stored_and_goes_on(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = "".join(f"\nEL{number};;VW;Golf;Nybil;5;" for number in range(10000, 10150))
    Path("biler.csv").write_text(ROWS.splitlines()[0] + rows)
    with monkeypatch.context() as broken:
        whole, calls = Session.write_all, []

        async def write(*words: Any) -> Any:
            calls.append(words)
            if len(calls) > 1:
                raise OSError("the disk is full")
            return await whole(*words)

        broken.setattr(Session, "write_all", write)
        ended = await run("--commit", "--key", "license_plate")
    assert ended.exit_code == 1
    assert "Stoppet etter 100 av 150 rader. Det som er tatt inn, blir stående" in ended.stderr
    again = await run("--commit", "--key", "license_plate")
    assert again.exit_code == 0
    assert [int(n) for n in re.findall(r"│ +(\d+) +(?=│)", again.stdout)][:4] == [50, 0, 0, 100]
