"""The how-to page for a new page, followed to the letter."""

import re
import types
from collections.abc import AsyncIterator
from pathlib import Path
from textwrap import dedent

import httpx
import pytest

from directapp.interfaces.web import router
from directapp.interfaces.web.core import render
from support.dealer import Dealer
from support.floor_cars import planned_car
from support.pages import PASSWORD, build_pages, give_password, new_car

TEXT = (Path(__file__).parents[3] / "docs/how-to/add-a-page.md").read_text()


def block(kind: str) -> str:
    found = re.search(rf"```{kind}\n(.*?)\n *```", TEXT, re.DOTALL)
    assert found
    return dedent(found[1])


@pytest.fixture
async def client(dealer: Dealer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    """Serve the pages with the one that the how-to writes, to a reception that is signed in."""
    feature = types.ModuleType("arrivals")
    exec(compile(block("python"), "add-a-page.md", "exec"), feature.__dict__)  # noqa: S102 - the page's own example
    (tmp_path / "arrivals").mkdir()
    (tmp_path / "arrivals/page.html").write_text(block("html"))
    folders, features = render.template_folders(), router.features_of
    monkeypatch.setattr(render, "template_folders", lambda: [*folders, tmp_path])
    monkeypatch.setattr(router, "features_of", lambda *wired: [*features(*wired), feature.FEATURE])
    app = build_pages(dealer.application)
    email = await give_password(dealer, await dealer.person("reception", "499"))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://pages.test") as client:
        assert (await client.post("/sign-in", data={"email": email, "password": PASSWORD})).status_code == 303
        yield client


async def test_a_page_is_one_feature_and_one_template(client: httpx.AsyncClient, dealer: Dealer) -> None:
    here = await planned_car(dealer, 1, upto="arrived")
    elsewhere = await new_car(dealer, await dealer.person("new_car_sales", "495"), 2)
    page = await client.get("/app/arrivals")
    assert page.status_code == 200
    assert "<h1>Arrived today</h1>" in page.text
    assert 'href="/app/arrivals" aria-current="page"' in page.text
    assert f"/app/cars/{here}" in page.text
    assert f"/app/cars/{elsewhere}" not in page.text
    reception = await dealer.person("reception", "499")
    site = await client.get(f"/app/dealerships/{reception.site}")
    assert re.search(r'href="/app/arrivals">.*?Arrived today</a>', site.text.partition("<main")[2])
