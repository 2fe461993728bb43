"""What holds for every request and answer of the whole program: budgets, other origins, and headers."""

from collections.abc import AsyncIterator, MutableMapping
from contextlib import asynccontextmanager
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from directapp.app.budgets import read_budgets
from directapp.app.container import Application
from directapp.app.settings import Settings
from directapp.app.web import Front, build_app
from directapp.connectors.rate_limits import RateLimits
from directapp.domains.people import auth as signing
from support.browser import field
from support.dealer import Dealer
from support.pages import PASSWORD, give_password

DEPLOY = Path(__file__).parents[2] / "deploy"
HOME, OFFICE = "203.0.113.9", "198.51.100.7"
OTHER, NONE = "https://figures.example", "A" * 68


def built(application: Application, **settings: Any) -> Front:
    """Return the program on an application, with settings of its own."""
    changed = application.settings.model_copy(update=settings)
    limits = RateLimits(read_budgets(changed.rate_limits).values())
    return build_app(replace(application, settings=changed, rate_limits=limits))


@asynccontextmanager
async def reached(
    front: Front, address: str = HOME, base: str = "http://edges.test"
) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=front, client=(address, 1))
    async with httpx.AsyncClient(transport=transport, base_url=base) as client:
        yield client


async def key_of(dealer: Dealer, role: str, site: str) -> dict[str, str]:
    """Return the header of an API key of a person."""
    email = await give_password(dealer, await dealer.person(role, site))
    program = await signing.sign_in(dealer.application.auth, email=email, password=PASSWORD, address=HOME)
    key = (await dealer.do(program.actor, "api_keys", "create_key", name="Alt")).shown_once["key"]
    return {"authorization": f"Bearer {key}"}


# -- budgets --------------------------------------------------------------------------------------------


async def test_an_address_is_counted_whatever_it_says_of_itself(dealer: Dealer) -> None:
    front = built(dealer.application, rate_limits="requests.address=3")
    async with reached(front) as client, reached(front, OFFICE) as other:
        answers = [await client.get("/sign-in", headers={"x-forwarded-for": f"192.0.2.{n}"}) for n in range(5)]
        assert [a.status_code for a in answers] == [200, 200, 200, 429, 429]
        told = [(a.headers["ratelimit-limit"], a.headers["ratelimit-remaining"]) for a in answers]
        assert told == [("3", "2"), ("3", "1"), ("3", "0"), ("3", "0"), ("3", "0")]
        assert answers[0].headers["ratelimit-policy"] == "3;w=60"
        assert 0 < int(answers[0].headers["ratelimit-reset"]) <= 20
        assert "retry-after" not in answers[0].headers
        assert 0 < int(answers[-1].headers["retry-after"]) <= 20
        assert (await other.get("/sign-in")).status_code == 200
        assert (await client.get("/server/ping")).status_code == 200, "monitors are not counted"
        assert "ratelimit-limit" not in (await client.get("/server/ping")).headers


async def test_whoever_tries_keys_at_the_door_of_assistants_or_directories_is_counted_too(dealer: Dealer) -> None:
    front = built(dealer.application, rate_limits="requests.address=2")
    async with reached(front) as client, reached(front, OFFICE) as other:
        wrong = {"authorization": f"Bearer key_{NONE}"}
        statuses = [(await client.post("/mcp", json={}, headers=wrong)).status_code for _ in range(4)]
        assert statuses == [401, 401, 429, 429]
        refused = await client.post("/mcp", json={}, headers=wrong)
        assert (refused.json()["error"], int(refused.headers["retry-after"]) > 0) == ("REQUESTS_EXCEEDED", True)
        statuses = [(await other.get("/scim/v2/Users", headers=wrong)).status_code for _ in range(3)]
        assert statuses == [401, 401, 429]


@pytest.mark.parametrize("method", ["OPTIONS", "GET"])
async def test_who_asks_for_the_whole_server_is_answered(application: Application, method: str) -> None:
    asked = {"type": "http", "method": method, "path": "*", "raw_path": b"*", "query_string": b"", "headers": []}
    said: list[MutableMapping[str, Any]] = []

    async def send(message: MutableMapping[str, Any]) -> None:
        said.append(message)

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": b""}

    whole = {**asked, "scheme": "http", "client": (HOME, 1), "server": ("edges.test", 80)}
    await built(application)(whole, receive, send)
    assert said[0]["status"] == 404


async def test_addresses_of_one_ipv6_site_count_together(dealer: Dealer) -> None:
    front = built(dealer.application, rate_limits="requests.address=1")
    statuses = []
    for address in ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1"):
        async with reached(front, address) as client:
            statuses.append((await client.get("/sign-in")).status_code)
    assert statuses == [200, 429, 200]


async def test_the_api_refuses_in_its_envelope_and_counts_person_and_company(dealer: Dealer) -> None:
    front = built(dealer.application, rate_limits="requests.person=2 requests.tenant=3")
    seller, manager = await key_of(dealer, "new_car_sales", "495"), await key_of(dealer, "manager", "495")
    async with reached(front) as client:
        answers = [await client.get("/items/cars", headers=seller) for _ in range(3)]
        assert [a.status_code for a in answers] == [200, 200, 429]
        (problem,) = answers[-1].json()["errors"]
        assert problem["extensions"]["code"] == "REQUESTS_EXCEEDED"
        assert int(answers[-1].headers["retry-after"]) == 30
        assert answers[-1].headers["ratelimit-remaining"] == "0"
        # What was refused took nothing of the company's budget; that is used up by a colleague.
        assert [(await client.get("/items/cars", headers=manager)).status_code for _ in range(2)] == [200, 429]


async def test_a_key_takes_nothing_of_its_persons_pages(dealer: Dealer) -> None:
    front = built(dealer.application, rate_limits="requests.person=2")
    key = await key_of(dealer, "planner", "499")
    email = await give_password(dealer, await dealer.person("planner", "499"))
    async with reached(front) as client:
        assert [(await client.get("/items/cars", headers=key)).status_code for _ in range(3)] == [200, 200, 429]
        await client.post("/sign-in", data={"email": email, "password": PASSWORD})
        assert (await client.get("/app/me")).status_code == 200


@pytest.mark.parametrize(
    ("budget", "path"),
    [("export", "/app/cars/export.csv"), ("search", "/app/cars?q=audi"), ("search", "/items/cars?search=audi")],
)
async def test_exports_and_searches_have_budgets_of_their_own(dealer: Dealer, budget: str, path: str) -> None:
    front = built(dealer.application, rate_limits=f"{budget}.person=1")
    email = await give_password(dealer, await dealer.person("manager", "495"))
    async with reached(front) as client:
        await client.post("/sign-in", data={"email": email, "password": PASSWORD})
        assert [(await client.get(path)).status_code for _ in range(2)] == [200, 429]
        assert (await client.get("/app/cars")).status_code == 200
        assert (await client.get("/items/cars")).status_code == 200


async def test_sign_in_has_a_budget_of_its_own(dealer: Dealer) -> None:
    front = built(dealer.application, rate_limits="sign_in.address=2")
    email = await give_password(dealer, await dealer.person("manager", "495"))
    right = {"email": email, "password": PASSWORD}
    async with reached(front) as client, reached(front, OFFICE) as other:
        assert [(await client.post("/sign-in", data=right)).status_code for _ in range(2)] == [303, 303]
        assert (await client.post("/auth/login", json=right)).status_code == 429
        assert (await client.post("/auth/password/request", json={"email": email})).status_code == 429
        assert (await client.get("/app/cars")).status_code == 200
        assert (await other.post("/auth/login", json=right)).status_code == 200


@pytest.mark.parametrize("path", ["/status/{}", "/calendar/cal_{}.ics", "/hall/{}", "/vendor/{}"])
async def test_links_without_a_sign_in_are_limited_by_link_and_address(dealer: Dealer, path: str) -> None:
    front = built(dealer.application, rate_limits="public_link.link=2 public_link.address=4")
    async with reached(front) as client, reached(front, OFFICE) as other:
        answers = [await client.get(path.format(NONE)) for _ in range(3)]
        assert [a.status_code for a in answers] == [404, 404, 429]
        assert int(answers[-1].headers["retry-after"]) > 0
        assert (await other.get(path.format(NONE))).status_code == 429, "the link, wherever it is opened"
        assert [(await client.get(path.format(token))).status_code for token in ("B" * 68, "C" * 68)] == [404, 429]
        assert (await client.get("/sign-in")).status_code == 200


async def test_nobody_is_counted_where_it_is_turned_off(dealer: Dealer) -> None:
    async with reached(built(dealer.application, rate_limits="off")) as client:
        assert "ratelimit-limit" not in (await client.get("/sign-in")).headers


# -- the page of one too many --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("nb", "For mange forespørsler. Prøv igjen om 30 sekunder."),
        ("en", "Too many requests. Try again in 30 seconds."),
    ],
)
async def test_a_form_that_came_too_soon_says_when_and_keeps_what_was_typed(
    dealer: Dealer, language: str, words: str
) -> None:
    front = built(dealer.application, rate_limits="requests.person=2")
    email = await give_password(dealer, await dealer.person("planner", "499"))
    async with reached(front) as client:
        await client.post("/sign-in", data={"email": email, "password": PASSWORD})
        client.cookies.set("spoken", f"{language}.{(await dealer.person('planner', '499')).user}")
        page = (await client.get("/app/me")).text
        form = page.split('action="/app/me"')[1].split("</form>")[0]
        typed = {n: field(form, n) for n in ("_csrf", "_key", "_version", "_base", "_fields")}
        typed |= {"first_name": 'Kari "Kjapp" <Ås>', "language": language}
        await client.get("/app/me")
        answer = await client.post("/app/me", data=typed)
        assert answer.status_code == 429
        assert int(answer.headers["retry-after"]) == 30
        assert f'<html lang="{language}"' in answer.text
        assert words in answer.text
        kept = answer.text.split('action="/app/me"')[1].split("</form>")[0]
        assert unescape(field(kept, "first_name")) == 'Kari "Kjapp" <Ås>'
        again = {n: unescape(field(kept, n)) for n in typed}
    # A little later, what is sent again is saved.
    async with reached(built(dealer.application)) as later:
        await later.post("/sign-in", data={"email": email, "password": PASSWORD})
        fresh = field((await later.get("/app/me")).text, "_csrf")
        assert (await later.post("/app/me", data={**again, "_csrf": fresh})).status_code == 303
    row = await dealer.read(
        await dealer.person("tenant_admin", ""), "users", (await dealer.person("planner", "499")).user
    )
    assert row["first_name"] == 'Kari "Kjapp" <Ås>'


async def test_a_sign_in_that_came_too_soon_keeps_the_address_and_asks_for_the_password(dealer: Dealer) -> None:
    front = built(dealer.application, rate_limits="sign_in.address=1")
    email = await give_password(dealer, await dealer.person("planner", "499"))
    async with reached(front) as client:
        form = {"email": email, "password": PASSWORD, "next": "/app/cars"}
        await client.post("/sign-in", data={**form, "password": "feil-passord-2026"})
        answer = await client.post("/sign-in", data=form)
        assert answer.status_code == 429
        assert (field(answer.text, "email"), field(answer.text, "next")) == (email, "/app/cars")
        assert 'type="password" id="password" name="password"' in answer.text
        assert PASSWORD not in answer.text


# -- other origins ---------------------------------------------------------------------------------------------


PREFLIGHT = {
    "origin": OTHER,
    "access-control-request-method": "SEARCH",
    "access-control-request-headers": "authorization",
}


async def test_no_other_origin_is_let_in_from_the_start(dealer: Dealer) -> None:
    key = await key_of(dealer, "manager", "495")
    async with reached(built(dealer.application)) as client:
        for answer in (
            await client.options("/items/cars", headers=PREFLIGHT),
            await client.get("/items/cars", headers={**key, "origin": OTHER}),
            await client.get("/app/cars", headers={"origin": OTHER}),
        ):
            assert not [name for name in answer.headers if name.startswith("access-control-")]


async def test_the_api_is_shared_with_the_origins_that_are_named(dealer: Dealer) -> None:
    key = await key_of(dealer, "manager", "495")
    front = built(dealer.application, cors_origins=f"{OTHER} http://localhost:5173")
    async with reached(front) as client:
        asked = await client.options("/items/cars", headers=PREFLIGHT)
        assert (asked.status_code, asked.headers["access-control-allow-origin"]) == (200, OTHER)
        assert "SEARCH" in asked.headers["access-control-allow-methods"]
        answer = await client.get("/items/cars", headers={**key, "origin": OTHER})
        assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, OTHER)
        told = answer.headers["access-control-expose-headers"].lower()
        assert {"etag", "ratelimit-remaining", "retry-after"} <= {name.strip() for name in told.split(",")}
        assert "access-control-allow-credentials" not in answer.headers, "cookies stay at home"
        stranger = await client.get("/items/cars", headers={**key, "origin": "https://evil.example"})
        assert "access-control-allow-origin" not in stranger.headers
        for path in ("/app/cars", "/sign-in", "/static/mark.svg"):
            page = await client.get(path, headers={"origin": OTHER})
            assert not [name for name in page.headers if name.startswith("access-control-")], path


@pytest.mark.parametrize("origins", ["*", "figures.example", f"{OTHER}/", f"{OTHER}/path", "null"])
def test_origins_are_named_one_by_one(origins: str) -> None:
    with pytest.raises(ValidationError):
        Settings(cors_origins=origins)


# -- headers ---------------------------------------------------------------------------------------------------


EVERYWHERE = ("/sign-in", "/app/cars", "/items/cars", "/items/x/y/z/w", "/static/mark.svg", "/nothing", "/server/ping")


@pytest.mark.parametrize("path", EVERYWHERE)
async def test_every_answer_tells_browsers_what_to_hold_to(dealer: Dealer, path: str) -> None:
    front = built(dealer.application)
    async with reached(front, base="https://edges.test") as client, reached(front) as plain:
        headers = (await client.get(path)).headers
        assert headers.get_list("strict-transport-security") == ["max-age=31536000"]
        assert headers.get_list("x-content-type-options") == ["nosniff"]
        assert headers.get_list("cross-origin-resource-policy") == ["same-origin"]
        assert "strict-transport-security" not in (await plain.get(path)).headers, "nothing is promised in plain text"


def test_each_proxy_says_it_once_and_takes_the_applications_own_away() -> None:
    nginx, caddy = [(DEPLOY / name).read_text() for name in ("nginx.conf", "Caddyfile")]
    assert nginx.count("add_header Strict-Transport-Security") == 1
    assert "proxy_hide_header Strict-Transport-Security;" in nginx
    assert caddy.count('Strict-Transport-Security "max-age=31536000"') == 1
    assert "header_down -Strict-Transport-Security" in caddy
    # What nginx adds in a place of its own would leave out what stands above it.
    assert nginx.count("add_header") == 1


async def test_pages_let_nothing_in_that_does_not_say_it_may(dealer: Dealer) -> None:
    async with reached(built(dealer.application)) as client:
        for path in ("/sign-in", "/static/mark.svg", "/sw.js"):
            headers = (await client.get(path)).headers
            assert headers["cross-origin-embedder-policy"] == "require-corp"
            assert headers["cross-origin-opener-policy"] == "same-origin"


async def test_signing_out_clears_what_the_browser_keeps_of_answers(dealer: Dealer) -> None:
    front = built(dealer.application)
    email = await give_password(dealer, await dealer.person("planner", "499"))
    async with reached(front, base="https://edges.test") as client:
        await client.post("/sign-in", data={"email": email, "password": PASSWORD})
        assert (await client.post("/sign-out")).headers["clear-site-data"] == '"cache"'
        await client.post("/auth/login", json={"email": email, "password": PASSWORD, "mode": "session"})
        out = await client.post("/auth/logout", json={"mode": "session"})
        assert (out.status_code, out.headers["clear-site-data"]) == (204, '"cache"')
        assert "clear-site-data" not in (await client.get("/sign-in")).headers
