"""The command line's import: the table, the report file, the company it means."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import typer

from directapp.app.container import Application
from directapp.interfaces.cli.importing import _import, find_tenant, read_folder, register
from directapp.interfaces.cli.outcome import show, write_report
from directapp.kernel.ids import uuid7
from directapp.services.ledger import Report
from support.export import EXPORT, Place, car, small


async def tried(application: Application) -> tuple[Place, Report]:
    place = Place(application, uuid7())
    rows = small(car(vin="kort"), car(), people=False)
    return place, await _import(application.platform, place.tenant, rows, "here", commit=False)


async def test_it_is_tried_unless_it_is_to_be_taken_in(application: Application) -> None:
    place, report = await tried(application)
    assert report.figures()["cars"] | {"x": 0} == {
        "created": 1, "repaired": 0, "changed": 0, "unchanged": 0, "held": 0, "rejected": 1, "x": 0,
    }  # fmt: skip
    assert await place.rows("cars") == []


async def test_the_report_has_a_line_for_every_row(
    application: Application, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, report = await tried(application)
    write_report(report, tmp_path / "r.csv")
    write_report(report, tmp_path / "r.json", english=True)
    lines = (tmp_path / "r.csv").read_text("utf-8-sig").splitlines()
    assert lines[0] == "Samling;Rad;Id i kilden;Utfall;Status;Post;Notater"
    assert len(lines) == 1 + 7 + 2
    assert "vin: «kort»: Understellsnummeret skal ha 17 tegn" in lines[8]
    rows = json.loads((tmp_path / "r.json").read_text())["rows"]
    assert [r["outcome"] for r in rows if r["collection"] == "cars"] == ["rejected", "created"]
    show(report, english=False)
    shown = capsys.readouterr().out
    assert "ingenting" in shown
    assert "avvist      1  vin" in shown


async def test_the_company_is_found_by_name_or_id(application: Application) -> None:
    place = Place(application, uuid7())
    await place.admin()
    with pytest.raises(typer.BadParameter, match=str(place.tenant)):
        await find_tenant(application.platform, "no such company")
    assert await find_tenant(application.platform, str(place.tenant)) == place.tenant


def test_the_folder_is_read_and_the_command_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(read_folder(EXPORT)) == {"dealership.json", "directus_users.json", "cars.json"}
    monkeypatch.setenv("COLUMNS", "200")
    app = typer.Typer()

    class FakeCommands:
        @asynccontextmanager
        async def application(self) -> AsyncIterator[Application]:
            raise AssertionError
            yield

    register(app, FakeCommands)
    assert [g.name for g in app.registered_groups] == ["import"]
