"""Rendering: what templates are given beside their context."""

import sys
from pathlib import Path

import orjson
import pytest
from jinja2 import Environment

from directapp.interfaces.web.core import render
from directapp.interfaces.web.core.render import build_templates, plural_forms
from directapp.kernel.languages import Catalogue
from directapp.kernel.text import Counted, ngettext

POLISH = Catalogue(form=lambda n: 0 if n == 1 else 1 if 2 <= n % 10 <= 4 and not 12 <= n % 100 <= 14 else 2)


def test_scripts_get_each_form_of_a_count_by_its_category() -> None:
    unread = ngettext("1 unread notification", "{count} unread notifications").pick("nb")
    assert isinstance(unread, Counted)
    assert orjson.loads(plural_forms(unread, "nb")) == {"one": "1 ulest varsel", "other": "{count} uleste varsler"}
    cars = Counted(("{count} auto", "{count} auta", "{count} aut"), POLISH.form)
    assert orjson.loads(plural_forms(cars, "pl")) == {
        "one": "{count} auto",
        "few": "{count} auta",
        "many": "{count} aut",
        "other": "{count} aut",
    }


def test_what_was_compiled_once_is_read_and_what_changed_is_compiled(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    compiled: list[str] = []
    real = Environment.compile

    def compile_noted(self: Environment, source: str, name: str, filename: str) -> object:
        compiled.append(name)
        return real(self, source, name, filename)

    monkeypatch.setattr(Environment, "compile", compile_noted)
    monkeypatch.setattr(render, "__file__", str(tmp_path / "render.py"))
    (tmp_path / "render.py").write_text("")
    page = tmp_path / "templates" / "page.html"
    page.parent.mkdir()
    monkeypatch.setattr(render, "template_folders", lambda: [page.parent])
    for said in ("Bil", "Bil", "Vare"):
        page.write_text(f"{said} {{{{ 1 + n }}}}")
        assert build_templates({}).get_template("page.html").render(n=1) == f"{said} 2"
    assert compiled == ["page.html", "page.html"]


def test_templates_are_compiled_where_nothing_can_be_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    (tmp_path / "page.html").write_text("{{ n }}")
    monkeypatch.setattr(render, "template_folders", lambda: [tmp_path])
    # What the folder would be made in is a file.
    monkeypatch.setattr(render, "__file__", str(tmp_path / "page.html"))
    (tmp_path / "__pycache__").write_text("")
    assert build_templates({}).get_template("page.html").render(n=1) == "1"
