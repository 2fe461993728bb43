"""Every address of the pages, as every role, with the answer that is expected: as declared, or said here."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from uuid import UUID

import pytest

from directapp.app.web import outside_of
from directapp.declare.spec import Spec
from directapp.domains.cars.states import STATES
from directapp.domains.messages.editable import OUTWARD
from directapp.domains.messages.telling import LINK_MARK
from directapp.domains.people.roles import DEALING, WORKING
from directapp.interfaces.web import router as pages
from directapp.store.query import Query
from support import pseudo
from support.browser import Browser, Opener
from support.dealer import Dealer
from support.pages import fill_yard
from support.visits import get_routes

SITES = {
    "new_car_sales": "495",
    "used_car_sales": "495",
    "parts": "499",
    "reception": "499",
    "planner": "499",
    "mechanic": "499",
    "detailer": "499",
    "sales_manager": "490",
    "manager": "490",
    "finance": "490",
    "tenant_admin": "490",
}
# Those of fleets see no cars: a driver stands for them, whom no page may fail.
IN_FLEETS = frozenset(WORKING.split()) - frozenset(DEALING.split())
EVERYBODY = frozenset(SITES)
# A car that 495 has sold as new and 499 prepares; the others of this list work elsewhere or with used cars.
SEE_THE_CAR = EVERYBODY - {"used_car_sales", "sales_manager", "manager", "finance"}
LEADERS = frozenset({"manager", "tenant_admin"})
PLANNERS = LEADERS | {"planner"}
SEE_THE_PLAN = EVERYBODY - {"new_car_sales", "used_car_sales", "sales_manager"}
ADMIN = frozenset({"tenant_admin"})
NOTHING = "00000000-0000-7000-8000-000000000000"

Expected = Mapping[int, frozenset[str]]
ALL: Expected = {200: EVERYBODY}
ELSEWHERE: Expected = {303: EVERYBODY}
NOWHERE: Expected = {404: EVERYBODY}


def only(roles: frozenset[str], refused: int = 403, opens: int = 200) -> Expected:
    """Return that these roles are let in, and the others refused."""
    return {opens: roles, refused: EVERYBODY - roles}


THE_CAR = only(SEE_THE_CAR, 404)
LETTER = "/app/letters/{code}/{language}"
# Each address, of the car or of nothing where it names a record, and who is answered what.
ROUTES: dict[str, tuple[str, Expected]] = {
    "/": ("/", ALL),
    "/.well-known/security.txt": ("/.well-known/security.txt", NOWHERE),
    "/app": ("/app", ELSEWHERE),
    "/app/": ("/app/", ELSEWHERE),
    "/app/absences/{record}/do/to_move": (f"/app/absences/{NOTHING}/do/to_move", only(PLANNERS, opens=404)),
    "/app/admin": ("/app/admin", only(LEADERS | {"sales_manager"})),
    "/app/admin/company": ("/app/admin/company", ALL),
    "/app/admin/goals": ("/app/admin/goals", only(LEADERS)),
    "/app/admin/limits": ("/app/admin/limits", only(LEADERS)),
    "/app/admin/roles": ("/app/admin/roles", only(ADMIN)),
    "/app/admin/roles/{role}": (f"/app/admin/roles/{NOTHING}", only(ADMIN, opens=404)),
    "/app/admin/roles/{role}/edit": (f"/app/admin/roles/{NOTHING}/edit", only(ADMIN, opens=404)),
    "/app/admin/roles/{role}/versions/{version}": (
        f"/app/admin/roles/{NOTHING}/versions/{NOTHING}",
        only(ADMIN, opens=404),
    ),
    "/app/admin/statuses": ("/app/admin/statuses", only(ADMIN)),
    "/app/admin/steps": ("/app/admin/steps", only(LEADERS)),
    "/app/admin/people": ("/app/admin/people", only(LEADERS)),
    "/app/admin/sites": ("/app/admin/sites", ALL),
    "/app/admin/templates": ("/app/admin/templates", only(EVERYBODY - {"finance"})),
    "/app/admin/templates/new": ("/app/admin/templates/new", only(LEADERS)),
    "/app/admin/templates/{record}": (f"/app/admin/templates/{NOTHING}", only(EVERYBODY - {"finance"}, opens=404)),
    "/app/bell": ("/app/bell", ALL),
    "/app/board": ("/app/board", ELSEWHERE),
    "/app/branding": ("/app/branding", only(LEADERS)),
    "/app/branding/preview": ("/app/branding/preview", ALL),
    "/app/cars/eu-control": ("/app/cars/eu-control", ALL),
    "/app/cars/labels": ("/app/cars/labels", ALL),
    "/app/cars/{car}/print/{kind}": ("/app/cars/CAR/print/card", THE_CAR),
    "/app/cars/{record}/damage": ("/app/cars/CAR/damage", THE_CAR),
    "/app/cars/{record}/do/fill_from_registry": (
        "/app/cars/CAR/do/fill_from_registry",
        {
            200: ADMIN | {"new_car_sales"},
            403: frozenset({"parts", "reception", "planner", "mechanic", "detailer", "finance"}),
            404: frozenset({"used_car_sales", "sales_manager", "manager"}),
        },
    ),
    "/app/cars/{record}/promise": ("/app/cars/CAR/promise", THE_CAR),
    "/app/enrichment_runs": ("/app/enrichment_runs", only(ADMIN)),
    "/app/figures": ("/app/figures", only(PLANNERS | {"finance"})),
    "/app/figures/monday": ("/app/figures/monday", only(PLANNERS | {"finance"})),
    "/app/figures/monday/{table}.{kind}": ("/app/figures/monday/sites.csv", only(PLANNERS | {"finance"})),
    "/app/figures/timebank.csv": ("/app/figures/timebank.csv", only(PLANNERS | {"finance"})),
    "/app/floor": ("/app/floor", ALL),
    "/app/import_runs": ("/app/import_runs", ELSEWHERE),
    "/app/imports": ("/app/imports", only(LEADERS)),
    "/app/imports/sheet/{token}": ("/app/imports/sheet/none", NOWHERE),
    "/app/imports/{run}": (f"/app/imports/{NOTHING}", only(LEADERS, opens=404)),
    "/app/imports/{run}/progress": (f"/app/imports/{NOTHING}/progress", only(LEADERS, opens=404)),
    "/app/imports/{run}/report.{kind}": (f"/app/imports/{NOTHING}/report.csv", only(LEADERS, opens=404)),
    "/app/letters": ("/app/letters", only(LEADERS)),
    LETTER: ("/app/letters/customer.tomorrow/nb", only(LEADERS)),
    "/app/live/who": ("/app/live/who", {400: EVERYBODY}),
    "/app/me": ("/app/me", ALL),
    "/app/me/notices": ("/app/me/notices", ALL),
    "/app/me/security": ("/app/me/security", ALL),
    "/app/notifications": ("/app/notifications", ALL),
    "/app/notifications/{record}/open": (f"/app/notifications/{NOTHING}/open", NOWHERE),
    "/app/offline": ("/app/offline", ALL),
    "/app/offline/me": ("/app/offline/me", ALL),
    "/app/offline/stored": ("/app/offline/stored", NOWHERE),
    "/app/operations": ("/app/operations", only(ADMIN)),
    "/app/palette": ("/app/palette", ALL),
    "/app/ask": ("/app/ask?q=alle+biler", ALL),
    "/app/when": ("/app/when?kind=day&text=i+morgen", ALL),
    "/app/permissions": ("/app/permissions", only(LEADERS)),
    "/app/privacy": ("/app/privacy", only(ADMIN)),
    "/app/privacy/register": ("/app/privacy/register", only(ADMIN)),
    "/app/privacy/retention": ("/app/privacy/retention", only(ADMIN)),
    "/app/plan": ("/app/plan", only(SEE_THE_PLAN)),
    "/app/plan/book": ("/app/plan/book", only(PLANNERS)),
    "/app/plan/booking/{booking}": (f"/app/plan/booking/{NOTHING}", only(SEE_THE_PLAN, opens=404)),
    "/app/plan/data": ("/app/plan/data", only(SEE_THE_PLAN)),
    "/app/plan/mine": ("/app/plan/mine", ALL),
    "/app/plan/proposals": ("/app/plan/proposals", only(PLANNERS)),
    "/app/plan/proposals/{record}": (f"/app/plan/proposals/{NOTHING}", only(PLANNERS, opens=404)),
    "/app/plan/proposals/{record}/lines/{line}": (
        f"/app/plan/proposals/{NOTHING}/lines/{NOTHING}",
        only(PLANNERS, opens=404),
    ),
    "/app/plan/room": ("/app/plan/room", only(PLANNERS, opens=422)),
    "/app/plan/side": ("/app/plan/side", only(SEE_THE_PLAN)),
    "/app/scan": ("/app/scan", ALL),
    "/app/second-factor": ("/app/second-factor", ELSEWHERE),
    "/app/setup": ("/app/setup", only(ADMIN)),
    "/app/setup/hours": ("/app/setup/hours", only(LEADERS)),
    "/app/setup/people": ("/app/setup/people", only(LEADERS)),
    "/app/setup/sites": ("/app/setup/sites", only(ADMIN)),
    "/app/setup/trying": ("/app/setup/trying", only(ADMIN)),
    "/app/texts": ("/app/texts", only(LEADERS)),
    "/app/{collection}": ("/app/cars", ALL),
    "/app/{collection}/board": ("/app/cars/board", ALL),
    "/app/{collection}/bulk": ("/app/cars/bulk", ALL),
    "/app/{collection}/calendar": ("/app/cars/calendar", ALL),
    "/app/{collection}/count": ("/app/cars/count", ALL),
    "/app/{collection}/do/{verb}": ("/app/cars/do/no-such-verb", NOWHERE),
    "/app/{collection}/export.csv": ("/app/cars/export.csv", ALL),
    "/app/{collection}/export.xlsx": ("/app/cars/export.xlsx", ALL),
    "/app/{collection}/new": ("/app/cars/new", only(LEADERS | {"new_car_sales", "used_car_sales", "sales_manager"})),
    "/app/{collection}/options": ("/app/cars/options", ALL),
    "/app/{collection}/{record}": ("/app/cars/CAR", THE_CAR),
    "/app/{collection}/{record}/cell/{name}": (
        "/app/cars/CAR/cell/seller_notes",
        only(ADMIN | {"new_car_sales"}, 404, opens=303),
    ),
    "/app/{collection}/{record}/do/{verb}": ("/app/cars/CAR/do/archive", THE_CAR),
    "/app/{collection}/{record}/feed": ("/app/cars/CAR/feed", THE_CAR),
    "/app/{collection}/{record}/history": ("/app/cars/CAR/history", THE_CAR),
    "/app/{collection}/{record}/part/messages": ("/app/cars/CAR/part/messages", THE_CAR),
    "/app/{collection}/{record}/part/{child}": ("/app/cars/CAR/part/comments", THE_CAR),
    "/app/{collection}/{record}/mentionable": ("/app/cars/CAR/mentionable", THE_CAR),
    "/app/{collection}/{record}/move": ("/app/cars/CAR/move", THE_CAR),
    "/app/{path:path}": ("/app/nowhere/at/all", NOWHERE),
    "/calendar/{token}.ics": ("/calendar/none.ics", NOWHERE),
    "/forgot": ("/forgot", ALL),
    "/hall/{token}": ("/hall/none", NOWHERE),
    "/hooks/sveve/{secret}": ("/hooks/sveve/none", {401: EVERYBODY}),
    "/icon-192.png": ("/icon-192.png", ALL),
    "/icon-512.png": ("/icon-512.png", ALL),
    "/link/{token}": ("/link/none", {410: EVERYBODY}),
    "/logo/{token}": ("/logo/none", NOWHERE),
    "/manifest.webmanifest": ("/manifest.webmanifest", ALL),
    "/sign-in": ("/sign-in", ALL),
    "/sign-in/at/{tenant}": (f"/sign-in/at/{NOTHING}", ELSEWHERE),
    "/sign-in/with/{tenant}/{provider}": (f"/sign-in/with/{NOTHING}/{NOTHING}", ELSEWHERE),
    "/sign-in/with/{tenant}/{provider}/signed-out": (
        f"/sign-in/with/{NOTHING}/{NOTHING}/signed-out?sid=x",
        {400: EVERYBODY},
    ),
    "/app/users/{record}/sign-ins": (f"/app/users/{NOTHING}/sign-ins", NOWHERE),
    "/sign-in/with/{tenant}/{provider}/answer": (f"/sign-in/with/{NOTHING}/{NOTHING}/answer", NOWHERE),
    "/static/brand/{colour}.css": ("/static/brand/c2fe06.css", ALL),
    "/static/mark.svg": ("/static/mark.svg", ALL),
    "/static/{name}": ("/static/none", NOWHERE),
    "/status": ("/status", ALL),
    "/status/{token}": ("/status/none", NOWHERE),
    "/sw.js": ("/sw.js", ALL),
    "/vendor/{token}": ("/vendor/none", NOWHERE),
}
# What is called the same in every language: keys, formats, units, the product, languages by their own names; and what
# the sample letter says, which is data.
_NAMES = f"Enter CSV XLSX cm³ http DirectApp English Norsk {pseudo.NAME} Sørlandsparken python httpx"
# Pages on which words of the product stand in Norwegian and English, to be changed there.
IN_TWO_LANGUAGES = frozenset({"/app/texts", "/app/admin/statuses"})
# The words of each tenant's own records, when its pages are opened.
DATA: dict[UUID, set[str]] = {}
# Answers without an end: read in test_live.
STREAMS = {"/app/live"}


def test_every_route_is_visited(dealer: Dealer) -> None:
    application = dealer.application
    registered = set(
        get_routes(pages.build(application.platform, application.auth, outside=outside_of(application)).routes)
    )
    assert registered == ROUTES.keys() | STREAMS
    assert application.platform.spec.roles == tuple(sorted({*SITES, *IN_FLEETS}))
    for path, (_, expected) in ROUTES.items():
        assert sorted(role for roles in expected.values() for role in roles) == sorted(EVERYBODY), path


async def stand_for(dealer: Dealer, car: UUID) -> None:
    """Give the car people who work on it."""
    mechanic, detailer = await dealer.person("mechanic", "499"), await dealer.person("detailer", "499")
    people = {"assigned_mechanic": str(mechanic.user), "assigned_detailer": str(detailer.user)}
    await dealer.do(await dealer.person("planner", "499"), "cars", "update", car, **people)


@pytest.fixture
def third(tmp_path: Path) -> Iterator[str]:
    """Give a third language, which is a file; every page is opened in it."""
    with pseudo.added(tmp_path) as code:
        yield code


async def reading_in(language: str, browser: Browser) -> Browser:
    """Let a person read the pages in a language, whether they are signed in there or not."""
    browser.client.cookies.set("language", language)
    browser.client.cookies.set("spoken", f"{language}.{browser.actor.user}")
    await browser.dealer.application.dispatcher.drain(browser.dealer.tenant)
    DATA[browser.dealer.tenant] = await words_of(browser.dealer)
    return browser


@pytest.mark.parametrize("role", SITES)
async def test_every_route_answers_a_role_as_expected(role: str, dealer: Dealer, signed: Opener, third: str) -> None:
    car = (await fill_yard(dealer, 7))[5]
    await stand_for(dealer, car)
    browser = await reading_in(third, await signed(role, SITES[role]))
    for path, (address, expected) in ROUTES.items():
        (status,) = (code for code, roles in expected.items() if role in roles)
        await sound(browser, address.replace("CAR", str(car)).replace("/nb", f"/{third}"), status, path)


async def test_no_route_fails_a_driver(dealer: Dealer, signed: Opener) -> None:
    car = (await fill_yard(dealer, 1))[0]
    browser = await signed("driver", "490")
    for address, _ in ROUTES.values():
        answer = await browser.get(address.replace("CAR", str(car)))
        assert answer.status_code < 500, address


@pytest.mark.parametrize("role", SITES)
async def test_every_collection_opens_for_the_roles_of_its_access(
    role: str, dealer: Dealer, signed: Opener, third: str
) -> None:
    spec = dealer.application.platform.spec
    await stand_for(dealer, (await fill_yard(dealer, 7))[5])
    browser = await reading_in(third, await signed(role, SITES[role]))
    for name in sorted(meta.name for meta in spec.exposed if f"/app/{meta.name}" not in ROUTES):
        page = f"/app/{name}"
        listed = await sound(browser, page, 200 if may(spec, name, role) else 403)
        await sound(browser, f"{page}/new", 200 if may(spec, name, role, create=True) else 403)
        record = re.search(rf'href="({page}/[0-9a-f-]{{36}})"', listed)
        if record is None:
            continue
        shown = await sound(browser, record[1], 200)
        for part in sorted(set(re.findall(r'hx-get="([^"]+)"', shown))):
            await sound(browser, part.replace("&amp;", "&"), 200)


async def words_of(dealer: Dealer) -> set[str]:
    """Return every word that stands in a record, and what days and months are called."""
    admin, reading = await dealer.person("tenant_admin"), dealer.application.platform.reading
    found = [_NAMES, *(actor.name for actor in dealer.people.values())]
    found += [
        (await reading.page(admin, m.name, Query())).json.decode() for m in dealer.application.platform.spec.exposed
    ]
    return pseudo.words_of_dates() | {word.casefold() for text in found for word in re.findall(r"[^\W\d_]+", text)}


@cache
def in_two_languages() -> frozenset[str]:
    """Return the words of the product that these pages show in the languages they are sent or shown in."""
    said = [getattr(one, part) for one in OUTWARD.values() for part in ("subject", "body", "sms", "button")]
    texts = [*(text for text in said if text is not None), *(state.label for state in STATES), LINK_MARK]
    told = [text.pick(language) for text in texts for language in ("nb", "en")]
    told += ["Nora Kari Lakk og Lim Sted Place Sørlandsparken Volkswagen ID.4"]
    return frozenset(word.casefold() for text in told for word in re.findall(r"[^\W\d_]+", text))


def may(spec: Spec, name: str, role: str, *, create: bool = False) -> bool:
    """Return whether the access of a collection says that a role reads or creates."""
    grants = [grant for grant in spec[name].declared.access.grants if grant.role == role]
    return any(grant.create or not create for grant in grants)


async def sound(browser: Browser, address: str, status: int, path: str = "") -> str:
    """Open an address: it answers as expected, never with inline script or style, a second heading or an id twice.

    And every word of it is in the third language.
    """
    answer = await browser.get(address)
    assert answer.status_code == status, (path or address, address)
    if not answer.headers.get("content-type", "").startswith("text/html"):
        return ""
    known = DATA[browser.dealer.tenant] | (in_two_languages() if address in IN_TWO_LANGUAGES else set())
    assert pseudo.untranslated(answer.text, known) == set(), address
    # A letter is dressed for the programs that people read letters in.
    if path == LETTER:
        return ""
    assert not re.search(r"<script(?![^>]* src=)|\son[a-z]+=|\sstyle=|<style", answer.text), address
    assert len(re.findall(r"<h1", answer.text)) <= 1, address
    ids = re.findall(r'\sid="([^"]+)"', answer.text)
    assert len(ids) == len(set(ids)), (address, sorted({i for i in ids if ids.count(i) > 1}))
    return answer.text
