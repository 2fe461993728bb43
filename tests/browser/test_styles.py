"""Style rules: what the build leaves out changes no page, and what a state means is seen by its colour."""

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from playwright.async_api import Browser, Page

from directapp.declare.workflow import HUES
from directapp.interfaces.web.features.admin.people import IN, INVITED, OUT
from directapp.interfaces.web.features.floor.inspections.checklist import RESULTS
from support.dealer import Dealer
from support.floor_cars import planned_car
from support.plan import lay_plan
from support.sheets import built_sheet, dropped_selectors, missed, whole_sheet

TOP = Path(__file__).parents[2]
Opener = Callable[..., Awaitable[Page]]

# The class names that are composed of a word and a value; what other class a sheet names, something writes as it is.
COMPOSED: dict[str, tuple[str, ...]] = {
    "hue-": HUES,
    "age-": ("good", "soon", "late", "done"),
    "answer-": RESULTS,
    "point-": (*RESULTS, "none"),
    # Bars of capacity, people, templates, figures, the floor's cars, bookings.
    "is-": (
        "room",
        "tight",
        "full",
        IN,
        INVITED,
        OUT,
        "used",
        "outranked",
        "good",
        "bad",
        "blocked",
        "completed",
        "draft",
        "left_out",
    ),
}
# Written by libraries.
THEIRS = ("ec-", "htmx-", "u-")

_COLOUR = "(e, name) => getComputedStyle(e).getPropertyValue(name)"


async def inspection(dealer: Dealer, *results: str) -> UUID:
    """Make an inspection with a point for each of the answers."""
    reception = await dealer.person("reception", "499")
    items = [{"code": f"punkt-{n}", "nb": f"Punkt {n}", "en": f"Item {n}"} for n, _ in enumerate(results)]
    names = {"name_nb": "Nybil", "name_en": "New car", "car_type": "new", "kind": "mottak"}
    await dealer.create(await dealer.person("tenant_admin"), "inspection_templates", items=items, **names)
    car = await planned_car(dealer, 9, upto="arrived")
    made = (await dealer.do(reception, "inspections", "begin", car=str(car))).record
    assert made
    answers = [{"item": f"punkt-{n}", "result": r, "note": "Ripe"} for n, r in enumerate(results)]
    await dealer.do(reception, "inspections", "update", made, answers=answers)
    return made


async def colours(page: Page, selector: str, name: str = "background-color") -> list[str]:
    """Return a property of each element that is found."""
    return [await found.evaluate(_COLOUR, name) for found in await page.locator(selector).all()]


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_answers_are_told_by_their_colour(scheme: str, dealer: Dealer, open_as: Opener) -> None:
    made = await inspection(dealer, "ok", "remark", "critical")
    page = await open_as("reception", "499", color_scheme=scheme, at=f"/app/inspections/{made}")
    assert len(set(await colours(page, ".answer input:checked + span"))) == len(("ok", "remark", "critical"))
    assert len(set(await colours(page, ".answer input:not(:checked) + span"))) == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_bars_of_capacity_are_told_by_their_colour(scheme: str, dealer: Dealer, open_as: Opener) -> None:
    plan = await lay_plan(dealer)
    days = {"monday": 4, "tuesday": 4, "wednesday": 4, "thursday": 4, "friday": 4}
    site, kind = str(dealer.sites["499"]), str(plan.types["mechanical"])
    await dealer.create(plan.demo, "capacity_rules", dealership=site, resource_type=kind, **days)
    for ahead, ends in enumerate(("09:00", "11:48", "12:00")):
        await plan.book(await plan.car(), "mechanic", "08:00", ends, day=plan.day + timedelta(days=ahead))
    page = await open_as("planner", "499", color_scheme=scheme, at=f"/app/plan?day={plan.day.isoformat()}&span=week")
    await page.locator(".plan-meter").first.wait_for()
    tones = {}
    for tone in ("room", "tight", "full"):
        tones[tone] = (await colours(page, f".plan-meter.is-{tone} .figures", "color"))[0]
    assert len(set(tones.values())) == len(tones), tones


def composed() -> set[str]:
    return {prefix + value for prefix, values in COMPOSED.items() for value in values}


async def test_a_page_tells_of_a_rule_that_is_dropped(
    chromium: Browser, dealer: Dealer, open_as: Opener, dropped: list[str]
) -> None:
    whole = await whole_sheet()
    made = await inspection(dealer, "remark")
    page = await open_as("reception", "499", at=f"/app/inspections/{made}")
    for rule in (".btn-primary:hover", ".answer-remark input:checked + span", ".form-control::placeholder", "dl"):
        assert rule in await missed(page, [rule])
    # As the build would leave out what nothing seems to write.
    less = re.sub(r"\.(form-control|answer-remark|avatar)\b", ".nobody", built_sheet())
    found = " ".join(await missed(page, await dropped_selectors(chromium, whole, less)))
    assert all(name in found for name in (".form-control", ".answer-remark", ".avatar"))
    assert not await missed(page, dropped)


async def test_no_class_that_the_code_composes_has_lost_a_rule(dropped: list[str]) -> None:
    assert len(dropped) > 1000
    named = {name for selector in dropped for name in re.findall(r"\.(-?[a-z_][\w-]*)", selector)}
    assert not composed() & named


def test_what_the_code_composes_is_declared() -> None:
    """A class name that a template or a script puts together begins as one that is declared here."""
    web = TOP / "src/directapp/interfaces/web"
    classes = [m for p in web.rglob("*.html") for m in re.findall(r'class="([^"]*)"', p.read_text())]
    found = {prefix for text in classes for prefix in re.findall(r"([\w-]+-)\{[{%]", text)}
    scripts = "".join(p.read_text() for p in (TOP / "frontend").glob("*.js"))
    named = re.findall(r"(?:class\w*|toggle|add|element)\b[^;]*?`([^`]*)`", scripts, re.IGNORECASE)
    found |= {prefix for text in named for prefix in re.findall(r"(?:^|\s)([a-z]+-)\$\{", text)}
    assert found >= {"hue-", "is-", "age-", "answer-"}
    assert found <= set(COMPOSED)


def test_every_class_of_our_own_sheets_is_written_by_something() -> None:
    sheets = "".join(re.sub(r"/\*.*?\*/", "", p.read_text(), flags=re.DOTALL) for p in (TOP / "frontend").glob("*.css"))
    named = set(re.findall(r"\.(-?[a-z_][\w-]*)", re.sub(r"@import[^;]*;", "", sheets)))
    web = TOP / "src/directapp/interfaces/web"
    sources = [*web.rglob("*.html"), *web.rglob("*.py"), *(TOP / "frontend").glob("*.js")]
    written = set(re.findall(r"[\w-]+", "".join(p.read_text() for p in sources)))
    assert not {n for n in named - written - composed() if not n.startswith(THEIRS)}
