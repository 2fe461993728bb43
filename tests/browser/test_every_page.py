"""Every page that the router knows: each list and form looked at by axe, each other page named with who looks at it."""

import pytest

from browser.conftest import PairOpener
from directapp.interfaces.web import router as pages
from support.axe import look
from support.dealer import Dealer
from support.pages import fill_yard, outside_of
from support.visits import NO_PAGES, SEEN, get_routes

OWN = (
    "/app/admin/templates/new",
    "/app/imports",
    "/app/figures",
    "/app/ask?q=forsinkede+biler+uten+skilt",
    "/app/ask?q=biler+per+status",
)
PLAN = ("/app/plan", "/app/plan/book", "/app/plan/mine", "/app/plan/proposals")


async def test_every_page_is_looked_at_by_somebody(dealer: Dealer) -> None:
    application = dealer.application
    built = pages.build(application.platform, application.auth, outside=outside_of(application))
    routes = set(get_routes(built.routes))
    assert set(SEEN) - routes == set(), "these are no pages any more"
    assert {path for path in routes - set(SEEN) if not NO_PAGES.search(path)} == set(), "nobody looks at these"


@pytest.mark.slow
async def test_no_list_and_no_form_shuts_anyone_out(dealer: Dealer, open_both: PairOpener, dropped: list[str]) -> None:
    await fill_yard(dealer, 7)
    lists, forms = [], []
    for meta in dealer.application.platform.spec.exposed:
        given = [grant for grant in meta.declared.access.grants if grant.role == "tenant_admin"]
        lists += [f"/app/{meta.name}"] if given else []
        forms += [f"/app/{meta.name}/new"] if any(grant.create for grant in given) else []
    assert not await look(await open_both("tenant_admin"), [*OWN, *lists, *forms], dropped, alike=True)


async def test_no_page_of_the_plan_or_of_a_record_shuts_anyone_out(
    dealer: Dealer, open_both: PairOpener, dropped: list[str]
) -> None:
    cars = await fill_yard(dealer, 7)
    of_car = [f"/app/cars/{cars[4]}{rest}" for rest in ("", "/feed", "/history", "/promise", "/do/transfer")]
    bulk = f"/app/cars/bulk?record={cars[4]}&record={cars[5]}"
    assert not await look(await open_both("planner", "499"), [*PLAN, *of_car, bulk], dropped)
