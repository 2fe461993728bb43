"""What each role gives, written down and compared, by the command line."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import typer
from click.testing import CliRunner

from directapp.domains.people.role_export import as_csv, as_yaml, differences, lines_of, read_lines
from directapp.domains.people.roles import LABELS
from directapp.interfaces.cli.permissions import register
from directapp.kernel.errors import InvalidError
from support.dealer import Dealer
from support.own_roles import SPEC, draft, own_role, pieces, put_into_use


async def test_both_forms_hold_every_role_and_are_read_again(dealer: Dealer) -> None:
    await own_role(dealer, "vikar", "mechanic", pieces("mechanic", "cars", write=()))
    lines = await lines_of(SPEC, dealer.application.auth, dealer.tenant)
    assert {line.role for line in lines} == {*LABELS, "vikar"} - {"operator"}
    (first, *_) = (line for line in lines if (line.role, line.collection) == ("vikar", "cars"))
    assert (first.writes, first.create) == ("", "")
    assert "identity" in first.reads
    for form in (as_csv, as_yaml):
        assert sorted(read_lines(form(lines))) == sorted(lines)
    assert "vikar:\n" in as_yaml(lines)
    for broken in ("role,collection,\n1", "- 1", "a: b", "{"):
        with pytest.raises(InvalidError):
            read_lines(broken)


async def test_what_a_role_gains_and_loses_is_told_by_line(dealer: Dealer) -> None:
    role = await own_role(dealer, "vikar", "mechanic", pieces("mechanic", "cars"))
    before = await lines_of(SPEC, dealer.application.auth, dealer.tenant)
    assert differences(before, before) == []
    await put_into_use(dealer, role, await draft(dealer, role, pieces("mechanic", "cars", write=())))
    told = differences(before, await lines_of(SPEC, dealer.application.auth, dealer.tenant))
    assert {line[:2] for line in told} == {"- ", "+ "}
    assert all("vikar: cars" in line for line in told)


def test_two_files_are_compared_and_a_difference_is_an_error(tmp_path: Path) -> None:
    app, here = typer.Typer(), tmp_path / "before.csv"
    register(app, SimpleNamespace)
    head = "role,collection,rows,edits,states,full,reads,writes,verbs,create,delete\n"
    here.write_text(f"{head}vikar,cars,all,,,yes,identity,,,,\n")
    other = tmp_path / "after.csv"
    other.write_text(f"{head}vikar,cars,all,,,yes,identity,identity,,,\n")

    def run(*args: Any) -> tuple[int, str]:
        done = CliRunner().invoke(typer.main.get_command(app), ["permissions", "diff", *map(str, args)])
        return done.exit_code, done.output

    assert run(here, here) == (0, "no difference\n")
    code, output = run(here, other)
    assert code == 1
    assert output.splitlines() == [
        "- vikar: cars, all: reads identity",
        "+ vikar: cars, all: reads identity; writes identity",
    ]
    assert run(tmp_path / "none.csv")[0] == 2
