"""Translations: the catalogues hold what the code says, and what is wrong with one is told."""

from pathlib import Path

import pytest

from directapp.app import translations

HEAD = 'msgid ""\nmsgstr ""\n"Language: nb\\n"\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n'


def test_norwegian_is_complete_and_up_to_date() -> None:
    assert [path.parts[1] for path in translations.files()] == ["nb"]
    assert translations.flaws() == []
    for path in translations.files():
        assert translations.updated(path) == path.read_text(encoding="utf-8")


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a catalogue to write; a folder beside the real one."""
    path = tmp_path / "nb" / translations.FILE
    path.parent.mkdir(parents=True)
    monkeypatch.setattr(translations, "FOLDER", tmp_path)
    return path


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ('msgid "Plan"\nmsgstr ""', "not translated"),
        ('#, fuzzy\nmsgid "Plan"\nmsgstr "Plan"', "guessed"),
        ('msgid "{label} is required."\nmsgstr "{merke} må fylles ut."', "other places than {label}"),
        ('msgid "{label} is required."\nmsgstr "Må fylles ut."', "other places than {label}"),
        ('msgid "1 row"\nmsgid_plural "{count} rows"\nmsgstr[0] "1 rad"\nmsgstr[1] ""', "not translated"),
        ('msgid "1 row"\nmsgid_plural "{count} rows"\nmsgstr[0] "1 rad"\nmsgstr[1] "{n} rader"', "other places"),
    ],
)
def test_what_is_wrong_with_an_entry_is_told(file: Path, entry: str, said: str) -> None:
    file.write_text(f"{HEAD}\n{entry}\n", encoding="utf-8")
    (flaw,) = translations.flaws()
    assert said in flaw
    assert str(file) in flaw


def test_the_form_of_one_may_do_without_the_figure(file: Path) -> None:
    entry = 'msgid "{count} day"\nmsgid_plural "{count} days"\nmsgstr[0] "én dag"\nmsgstr[1] "{count} dager"'
    file.write_text(f"{HEAD}\n{entry}\n", encoding="utf-8")
    assert translations.flaws() == []


def test_new_texts_come_in_and_gone_ones_go(file: Path) -> None:
    file.write_text(f'{HEAD}\nmsgid "A text that nobody says"\nmsgstr "Borte"\n', encoding="utf-8")
    made = translations.updated(file)
    assert made.startswith(HEAD)
    assert "A text that nobody says" not in made
    assert 'msgid "Search"\n' in made
    assert 'msgctxt "car type"\nmsgid "New"\n' in made
    assert 'msgid_plural "{count} hours"\n' in made
