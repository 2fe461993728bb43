import asyncio
import re
from pathlib import Path

import pytest

from directapp.domains.people.common import common_passwords
from directapp.domains.people.passwords import (
    LIKE_EMAIL,
    SHORTEST,
    TOO_COMMON,
    TOO_LONG,
    TOO_SHORT,
    Passwords,
    password_problem,
)
from directapp.kernel.text import Text
from domains.people.memory import EMAIL

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize(
    ("password", "message"),
    [
        ("klargjort-2026", None),
        ("æøå vinterdekk", None),
        ("kort passo", None),
        ("kort pass", TOO_SHORT),
        ("", TOO_SHORT),
        ("x" * 100 + "yz1" * 40, TOO_LONG),
        (EMAIL, LIKE_EMAIL),
        (EMAIL.upper(), LIKE_EMAIL),
        ("Kari.Nordmann", LIKE_EMAIL),
        ("Passord123", TOO_COMMON),
        ("1234567890", TOO_COMMON),
        (" Qwertyuiop ", TOO_COMMON),
        ("aaaaaaaaaabb", TOO_COMMON),
        ("Kristiansand2026", TOO_COMMON),
        ("Sommer2026!", TOO_COMMON),
        ("P@ss0rd-2026", TOO_COMMON),
        ("nordmann1987", TOO_COMMON),
        ("qazwsxedc123", TOO_COMMON),
        ("liverpool-2024", TOO_COMMON),
        ("fire hester på hytta", None),
        # No rules of what a password is made of: small letters alone will do, and so will spaces and signs.
        ("kamskjell perleporten orgelbenk", None),
        ("🙈 ukjent tunnelbane 🙉", None),
        # Of the bundled list, and nothing that an estimate would call weak.
        ("DIOSESFIEL", TOO_COMMON),
        ("PolniyPizdec0211", TOO_COMMON),
        ("3rJs1la7qE", TOO_COMMON),
        ("Sojdlg123aljg", TOO_COMMON),
    ],
)
def test_what_is_good_enough(password: str, message: Text | None) -> None:
    problem = password_problem(password, EMAIL)
    assert (problem.message if problem else None) == message
    assert (problem.field if problem else None) == ("password" if message else None)


def test_the_common_list_holds_what_would_pass_otherwise() -> None:
    common = common_passwords()
    # Of 100,000 there are 97,851 when case is folded, and this many of them are long enough to be chosen.
    assert len(common) > 9_290
    assert all(word == word.casefold().strip() for word in common)
    assert all(len(word) >= SHORTEST for word in common)


def test_passwords_may_be_pasted_and_kept_by_the_browser() -> None:
    """Nothing of the pages stands between a password manager and a password field."""
    templates = [(path, path.read_text()) for path in sorted((ROOT / "src/directapp/interfaces/web").rglob("*.html"))]
    inputs = [(p.name, one) for p, text in templates for one in re.findall(r"<input[^>]*type=\"password\"[^>]*>", text)]
    assert len(inputs) >= 9
    for name, one in inputs:
        assert re.search(r'autocomplete="(new|current)-password"', one), (name, one)
        assert not re.search(r"pattern=|maxlength=|onpaste|readonly", one), (name, one)
    scripts = "".join(path.read_text() for path in (ROOT / "frontend").glob("*.js"))
    assert scripts
    assert not re.search(r"[\"'](before)?paste[\"']|onpaste", scripts)


async def test_hashing_runs_beside_the_loop_and_a_few_at_a_time() -> None:
    passwords = Passwords(at_once=1)
    stored = await passwords.hash("blåbær på fjellet")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    tries = [stored, None, "no hash at all"]
    assert await asyncio.gather(*(passwords.verify(s, "blåbær på fjellet") for s in tries)) == [True, False, False]


async def test_letters_fit_however_the_device_composes_them(passwords: Passwords) -> None:
    stored = await passwords.hash("pa\u030a fjellet 2")
    assert await passwords.verify(stored, "på fjellet 2")
    assert not await passwords.verify(stored, "pa fjellet 2")
