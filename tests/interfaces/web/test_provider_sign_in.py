"""Signing in at a provider, on the pages and against one that speaks OpenID Connect over HTTP."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from directapp.domains.people import auth as signing
from directapp.domains.people.closed import PasswordsOffError
from directapp.domains.people.links import request_reset, send_invite, use_link
from directapp.domains.people.staff import let_passwords_in
from directapp.kernel.actor import Actor, system_actor
from directapp.kernel.errors import DirectAppError, InvalidError, StepUpError, UnconfirmedError
from support.browser import Browser, Opener, field
from support.dealer import Dealer, Time
from support.factors import HERE, enrol
from support.fakes.openid import CLIENT, DIRECTORY, KARI, SECRET, FakeOpenId, sign_in_there
from support.pages import PASSWORD, give_password

SECURITY = "/app/me/security"
LOST = "another window"


class There:
    """A company's provider, and what its people do on the way there and back."""

    def __init__(self, dealer: Dealer, fake: FakeOpenId, pages: FastAPI, provider: UUID, admin: Actor) -> None:
        self.dealer, self.fake, self.pages, self.provider, self.admin = dealer, fake, pages, provider, admin
        self.begin = f"/sign-in/with/{dealer.tenant}/{provider}"

    def browser(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.ASGITransport(app=self.pages), base_url="http://pages.test")

    async def leave(self, client: httpx.AsyncClient, following: str = "/app/cars") -> dict[str, str]:
        """Go to the provider and sign in there; return what it says."""
        sent = await client.get(f"{self.begin}?next={following}")
        assert sent.status_code == 303, sent.text
        return await sign_in_there(sent.headers["location"])

    async def back(self, client: httpx.AsyncClient, said: dict[str, str]) -> httpx.Response:
        return await client.get(f"{self.begin}/answer", params=said)

    async def sign_in(self, client: httpx.AsyncClient) -> httpx.Response:
        return await self.back(client, await self.leave(client))

    async def set(self, **values: Any) -> None:
        await self.dealer.do(self.admin, "identity_providers", "update", self.provider, **values)

    async def map(self, value: str, *roles: str, site: str = "") -> UUID:
        values: dict[str, Any] = {"provider": str(self.provider), "value": value, "roles": list(roles)}
        if site:
            values["dealership"] = str(self.dealer.sites[site])
        return await self.dealer.create(self.admin, "identity_mappings", **values)

    async def know(self, actor: Actor, **more: Any) -> None:
        """Let a person be linked already."""
        values = {"user": actor.user, "issuer": self.fake.issuer, "subject": KARI["oid"], **more}
        async with self.dealer.application.auth.open(self.dealer.tenant) as rows:
            await rows.create("external_identities", values)

    async def rows(self, collection: str, **equals: Any) -> list[dict[str, Any]]:
        async with self.dealer.application.auth.open(self.dealer.tenant) as rows:
            return [dict(one.row) for one in await rows.find(collection, equals)]


@pytest.fixture
async def there(dealer: Dealer, pages: FastAPI, moved: Time) -> AsyncIterator[There]:
    application = dealer.application
    application.guarded.private = True
    admin = await dealer.person("tenant_admin", "")
    async with FakeOpenId(directory=DIRECTORY, clock=moved) as fake:
        made = await dealer.create(
            admin, "identity_providers", label="Fjordbil", kind="entra", issuer=fake.issuer, client_id=CLIENT
        )
        await dealer.do(admin, "identity_providers", "set_secret", made, client_secret=SECRET)
        yield There(dealer, fake, pages, made, admin)
    application.guarded.private = False
    application.auth.open_id._known.clear()


async def close_passwords(there: There) -> None:
    await there.dealer.do(there.admin, "tenants", "update", there.dealer.tenant, confirmed=True, passwords_off=True)


async def test_a_linked_person_signs_in_and_goes_where_they_wanted(there: There) -> None:
    await there.know(await there.dealer.person("planner", "499"))
    async with there.browser() as client:
        page = await client.get(f"/sign-in/at/{there.dealer.tenant}", follow_redirects=True)
        assert f'href="{there.begin}?next=/"' in page.text
        assert "Logg inn med Fjordbil" in page.text
        answer = await there.sign_in(client)
        assert (answer.status_code, answer.headers["location"]) == (303, "/app/cars")
        assert (await client.get("/app/cars")).status_code == 200
        assert "directapp_provider" not in client.cookies
    (identity,) = await there.rows("external_identities")
    assert identity["last_used_at"] is not None


async def test_an_account_with_the_same_address_is_never_linked_by_it(there: There) -> None:
    victim = await there.dealer.person("planner", "499")
    email = await give_password(there.dealer, victim)
    there.fake.person |= {"email": email, "preferred_username": email, "email_verified": True, "roles": ["all"]}
    await there.map("all", "tenant_admin")
    for makes in (False, True):
        await there.set(makes_accounts=makes)
        async with there.browser() as client:
            answer = await there.sign_in(client)
            assert (answer.status_code, "ikke koblet" in answer.text) == (401, True), answer.text
            assert (await client.get("/app/cars")).status_code == 303
    assert await there.rows("external_identities") == []


async def test_a_strangers_first_sign_in_makes_an_account_where_the_mapping_gives_a_role(there: There) -> None:
    await there.set(makes_accounts=True)
    await there.map("verksted", "mechanic", "detailer", site="499")
    await there.map("selgere", "new_car_sales", site="495")
    async with there.browser() as client:
        answer = await there.sign_in(client)
        assert (answer.status_code, "ingen rolle" in answer.text) == (401, True)
        there.fake.person |= {"groups": ["verksted", "annet"], "roles": ["selgere"]}
        assert (await there.sign_in(client)).status_code == 303
    (identity,) = await there.rows("external_identities")
    (user,) = await there.rows("users", id=identity["user"])
    assert (user["first_name"], user["last_name"], user["email"]) == ("Kari", "Nordmann", KARI["email"])
    assert (user["roles"], user["dealership"]) == (["new_car_sales", "mechanic", "detailer"], there.dealer.sites["499"])
    async with there.browser() as client:
        assert (await there.sign_in(client)).status_code == 303
    assert len(await there.rows("users", email=KARI["email"])) == 1


async def test_roles_and_site_follow_the_mapping_at_each_sign_in_and_the_history_tells_it(there: There) -> None:
    person = await there.dealer.person("mechanic", "499")
    await there.know(person)
    line = await there.map("g-1", "planner", site="495")
    there.fake.person |= {"groups": ["g-1"]}
    async with there.browser() as client:
        assert (await there.sign_in(client)).status_code == 303
    (user,) = await there.rows("users", id=person.user)
    assert (user["roles"], user["dealership"]) == (["planner"], there.dealer.sites["495"])
    reading = there.dealer.application.platform.reading
    told = [str(line) for line in await reading.history(there.admin, "users", person.user, limit=5)]
    assert any("system:signin" in line and "planner" in line and "mechanic" in line for line in told)
    # Who has lost the group has lost the way in, and a company that maps nothing keeps the roles as they are.
    there.fake.person |= {"groups": ["g-2"]}
    async with there.browser() as client:
        assert (await there.sign_in(client)).status_code == 401
        await there.dealer.do(there.admin, "identity_mappings", "delete", line)
        assert (await there.sign_in(client)).status_code == 303


async def test_the_last_administrator_stays_one_whatever_the_groups_say(there: There) -> None:
    await there.know(there.admin)
    await there.map("g-1", "planner", site="499")
    there.fake.person |= {"groups": ["g-1"]}
    async with there.browser() as client:
        assert (await there.sign_in(client)).status_code == 303
        (user,) = await there.rows("users", id=there.admin.user)
        assert user["roles"] == ["planner", "tenant_admin"]
    await there.dealer.person("tenant_admin", "490")
    async with there.browser() as client:
        assert (await there.sign_in(client)).status_code == 303
        # A link of others makes nobody who is signed in somebody else.
        there.fake.person |= {"sub": "another"}
        assert (await client.get(f"{there.begin}?next=/app/cars")).headers["location"] == "/app/cars"
    (user,) = await there.rows("users", id=there.admin.user)
    assert user["roles"] == ["planner"]


async def test_groups_that_had_no_room_in_the_token_are_not_taken_for_none(there: There) -> None:
    await there.know(await there.dealer.person("mechanic", "499"))
    await there.map("g-1", "planner")
    there.fake.person |= {"_claim_names": {"groups": "src1"}, "_claim_sources": {}}
    async with there.browser() as client:
        answer = await there.sign_in(client)
    assert (answer.status_code, "flere grupper" in answer.text) == (401, True)


@pytest.mark.parametrize(
    ("how", "status"),
    [
        ("other state", 401),
        ("no cookie", 401),
        ("late", 401),
        ("other provider", 401),
        ("other company", 404),
        ("answer twice", 401),
    ],
)
async def test_an_answer_that_does_not_belong_to_this_browser_now_opens_nothing(
    there: There, moved: Time, how: str, status: int
) -> None:
    await there.know(await there.dealer.person("planner", "499"))
    async with there.browser() as client, there.browser() as other:
        said, here = await there.leave(client), client
        address = f"{there.begin}/answer"
        if how == "other state":
            said["state"] = (await there.leave(other))["state"]
        elif how == "no cookie":
            here = other
        elif how == "late":
            moved.ahead += timedelta(minutes=11)
        elif how == "other provider":
            values = {"label": "Annen", "kind": "openid", "issuer": there.fake.base, "client_id": CLIENT}
            made = await there.dealer.create(there.admin, "identity_providers", **values)
            address = f"/sign-in/with/{there.dealer.tenant}/{made}/answer"
        elif how == "other company":
            address = f"/sign-in/with/{UUID(int=7)}/{there.provider}/answer"
        else:
            assert (await there.back(client, said)).status_code == 303
            client.cookies.delete("directapp_session")
        assert (await here.get(address, params=said)).status_code == status
        assert (await here.get("/app/cars")).status_code == 303
    asked = [h.path for h in there.fake.heard].count("/token")
    assert asked == (1 if how == "answer twice" else 0)


async def test_refusals_are_said_in_words_and_count_towards_a_pause(there: There) -> None:
    await there.know(await there.dealer.person("planner", "499"))
    async with there.browser() as client:
        there.fake.refuses = "access_denied"
        answer = await there.sign_in(client)
        assert (answer.status_code, "Du logget ikke inn hos Fjordbil" in answer.text) == (401, True)
        client.cookies.set("language", "en")
        there.fake.refuses = "<b>interaction_required"
        answer = await there.sign_in(client)
        assert (answer.status_code, "did not let you in (binteraction_required)" in answer.text) == (401, True)
        there.fake.refuses, there.fake.says = "", {"aud": "somebody-else"}
        answer = await there.sign_in(client)
        assert (answer.status_code, "made for another application" in answer.text) == (401, True)
        assert (await there.sign_in(client)).status_code == 401
        answer = await there.sign_in(client)
        assert (answer.status_code, int(answer.headers["retry-after"]) > 0) == (429, True)
        assert (await client.get(there.begin)).status_code == 429
        there.fake.says = {}


async def test_a_provider_that_is_down_is_said_to_be(there: There) -> None:
    there.dealer.application.auth.open_id._known.clear()
    there.fake.described = {"issuer": "https://other.example"}
    async with there.browser() as client:
        answer = await client.get(there.begin)
        assert (answer.status_code, "beskrivelsen" in answer.text) == (401, True)
        await there.set(active=False)
        assert (await client.get(there.begin)).status_code == 404


async def test_who_is_deactivated_is_not_let_in(there: There) -> None:
    person = await there.dealer.person("planner", "324")
    await there.know(person)
    await there.dealer.do(there.admin, "users", "deactivate", person.user)
    async with there.browser() as client:
        answer = await there.sign_in(client)
    assert (answer.status_code, "deaktivert" in answer.text) == (401, True)


async def test_a_second_factor_is_shown_here_unless_the_provider_says_that_it_was_shown_there(
    there: There, signed: Opener, moved: Time
) -> None:
    browser = await signed("planner", "499")
    await enrol(there.dealer, browser.actor, UUID(hex=browser.client.cookies["directapp_session"].split("_")[2]), moved)
    await there.know(browser.actor)
    there.fake.person |= {"amr": ["pwd", "mfa"]}
    async with there.browser() as client:
        assert (await there.sign_in(client)).headers["location"].startswith("/app/second-factor")
        assert (await client.get("/app/cars")).status_code == 403
    await there.set(second_factor_values="mfa, c1")
    async with there.browser() as client:
        assert (await there.sign_in(client)).headers["location"] == "/app/cars"
        assert (await client.get("/app/cars")).status_code == 200
    there.fake.person |= {"amr": ["pwd"], "acrs": ["c1"]}
    asked = [h.query.get("claims", "") for h in there.fake.heard if h.path == "/authorize"]
    assert asked == ["", '{"id_token":{"acrs":{"essential":true,"value":"c1"}}}']
    async with there.browser() as client:
        assert (await there.sign_in(client)).headers["location"] == "/app/cars"
    there.fake.person |= {"acrs": ["c2"]}
    async with there.browser() as client:
        assert (await there.sign_in(client)).headers["location"].startswith("/app/second-factor")


async def test_a_second_factor_shown_there_long_ago_is_not_one_shown_just_now(
    there: There, signed: Opener, moved: Time
) -> None:
    browser = await signed("planner", "499")
    await enrol(there.dealer, browser.actor, UUID(hex=browser.client.cookies["directapp_session"].split("_")[2]), moved)
    await there.know(browser.actor)
    await there.set(second_factor_values="mfa")
    now = int(moved().timestamp())
    for shown, status in ((None, 403), (now - 3600, 403), (now - 10, 200), (now + 30, 200), (now + 3600, 403)):
        there.fake.person |= {"amr": ["mfa"], "auth_time": shown}
        async with there.browser() as client:
            assert (await there.sign_in(client)).headers["location"] == "/app/cars"
            form = {"_csrf": field((await client.get("/app/me")).text, "_csrf")}
            assert (await client.post(f"{SECURITY}/codes", data=form)).status_code == status, shown


async def link(there: There, browser: Browser, **more: Any) -> httpx.Response:
    page = (await browser.get(SECURITY)).text
    sent = await browser.client.post(f"{SECURITY}/link/{there.provider}", data={"_csrf": field(page, "_csrf"), **more})
    found = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', sent.text)
    if found is None:
        return sent
    return await there.back(browser.client, await sign_in_there(found[1].replace("&amp;", "&")))


async def test_an_account_is_linked_by_who_is_signed_in_and_shows_it_there_anew(there: There, signed: Opener) -> None:
    browser = await signed("planner", "499")
    assert (await link(there, browser)).headers["location"] == SECURITY
    assert [h.query.get("prompt") for h in there.fake.heard if h.path == "/authorize"] == ["login"]
    page = (await browser.get(SECURITY)).text
    assert KARI["preferred_username"] in page
    async with there.browser() as client:
        assert (await there.sign_in(client)).status_code == 303
    # Somebody else's account there is not taken over, nor linked in a sign-in that has ended.
    other = await signed("mechanic", "499")
    taken = await link(there, other)
    assert (taken.status_code, "noen andre" in taken.text) == (409, True)
    there.fake.person["oid"] = "another"
    page = (await other.get(SECURITY)).text
    form = {"_csrf": field(page, "_csrf")}
    sent = await other.client.post(f"{SECURITY}/link/{there.provider}", data=form)
    said = await sign_in_there(re.findall(r'0;url=([^"]+)"', sent.text)[0].replace("&amp;", "&"))
    await other.client.post("/sign-out")
    assert (await there.back(other.client, said)).status_code == 401
    assert len(await there.rows("external_identities")) == 1


async def test_linking_asks_for_the_password_again_after_a_while(there: There, signed: Opener, moved: Time) -> None:
    browser = await signed("planner", "499")
    moved.ahead += timedelta(minutes=11)
    assert (await link(there, browser)).status_code == 422
    assert (await link(there, browser, current_password="wrong")).status_code == 422
    assert (await link(there, browser, current_password=PASSWORD)).status_code == 303


async def test_linking_asks_for_the_second_factor_where_there_is_one(there: There, signed: Opener, moved: Time) -> None:
    browser = await signed("planner", "499")
    app, _ = await enrol(
        there.dealer, browser.actor, UUID(hex=browser.client.cookies["directapp_session"].split("_")[2]), moved
    )
    moved.ahead += timedelta(minutes=6)
    assert (await link(there, browser)).status_code == 403
    assert (await link(there, browser, _otp=app.code())).status_code == 303


async def test_one_unlinks_but_not_the_only_way_in(there: There, signed: Opener) -> None:
    browser = await signed("planner", "499")
    await link(there, browser)
    elsewhere = there.browser()
    assert (await there.sign_in(elsewhere)).status_code == 303
    page = (await browser.get(SECURITY)).text
    (address,) = re.findall(rf"{SECURITY}/identity/[0-9a-f-]{{36}}", page)
    form = {"_csrf": field(page, "_csrf")}
    stranger = await signed("mechanic", "499")
    assert (await stranger.send(address)).status_code == 404
    await close_passwords(there)
    refused = await browser.client.post(address, data=form)
    assert (refused.status_code, "eneste vei inn" in refused.text) == (409, True)
    operator = system_actor(there.dealer.tenant, "signin")
    await let_passwords_in(there.dealer.application.platform.pipeline, operator, reason="Prøve")
    assert (await browser.client.post(address, data=form)).status_code == 303
    # What came by it has ended, and it opens nothing any more.
    assert (await elsewhere.get("/app/cars")).status_code == 303
    assert (await there.sign_in(elsewhere)).status_code == 401
    await elsewhere.aclose()


async def test_with_passwords_off_the_provider_is_the_only_way(there: There, signed: Opener) -> None:
    browser = await signed("planner", "499")
    auth = there.dealer.application.auth
    email = await give_password(there.dealer, browser.actor)
    with pytest.raises(UnconfirmedError):
        await there.dealer.do(there.admin, "tenants", "update", there.dealer.tenant, passwords_off=True)
    reset = (await there.dealer.do(there.admin, "users", "hand_over_link", (await fresh(there)).user)).shown_once[
        "link"
    ]
    await close_passwords(there)
    async with there.browser() as client:
        answer = await client.post("/sign-in", data={"email": email, "password": PASSWORD})
        assert (answer.status_code, "slått av" in answer.text) == (401, True)
        wrong = await client.post("/sign-in", data={"email": email, "password": "wrong"})
        assert (wrong.status_code, "slått av" in wrong.text) == (401, False)
    with pytest.raises(PasswordsOffError):
        await signing.sign_in(auth, email=email, password=PASSWORD, address=HERE)
    with pytest.raises(PasswordsOffError):
        await signing.begin_proven(auth, there.dealer.tenant, browser.actor.user, address=HERE, user_agent="")  # type: ignore[arg-type]
    with pytest.raises(InvalidError):
        await use_link(auth, reset.rpartition("/")[2], "ganske-langt-nytt-passord", address=HERE)
    letters = there.dealer.application.settings.data / "mail"
    before = set(letters.glob("*")) if letters.exists() else set()
    await request_reset(auth, email)
    assert set(letters.glob("*") if letters.exists() else ()) == before
    await send_invite(auth, there.dealer.tenant, (await fresh(there)).user)  # type: ignore[arg-type]
    (letter,) = set(letters.glob("*")) - before
    assert f"/sign-in/at/{there.dealer.tenant}".encode() in letter.read_bytes().replace(b"=\n", b"")
    # It counts while there is a provider to sign in at.
    await there.set(active=False)
    await signing.sign_in(auth, email=email, password=PASSWORD, address=HERE)


async def fresh(there: There) -> Actor:
    return await there.dealer.person("detailer", "324")


async def test_signing_out_goes_by_way_of_the_provider(there: There) -> None:
    await there.know(await there.dealer.person("planner", "499"))
    async with there.browser() as client:
        await there.sign_in(client)
        page = await client.post("/sign-out")
        (address,) = re.findall(r'0;url=([^"]+)"', page.text)
        asked = httpx.URL(address.replace("&amp;", "&")).params
        assert address.startswith(f"{there.fake.base}/logout?")
        assert (asked["client_id"], asked["post_logout_redirect_uri"]) == (CLIENT, "http://127.0.0.1:8000/sign-in")
        assert asked["id_token_hint"].count(".") == 2
        assert (await client.get("/app/cars")).status_code == 303
    stored = repr(await there.rows("sessions"))
    assert asked["id_token_hint"] not in stored


async def test_a_provider_signs_out_whom_it_has_signed_out(there: There) -> None:
    await there.know(await there.dealer.person("planner", "499"))
    address = f"{there.begin}/signed-out"
    async with there.browser() as client, there.browser() as provider:
        await there.sign_in(client)
        for forged in (
            there.fake.logout(aud="somebody-else"),
            there.fake.signed(there.fake.claims()),
            there.fake.logout(sid="another"),
        ):
            await provider.post(address, data={"logout_token": forged})
            assert (await client.get("/app/cars")).status_code == 200
        assert (await provider.post(address, data={"logout_token": there.fake.logout()})).status_code == 200
        assert (await client.get("/app/cars")).status_code == 303
        await there.sign_in(client)
        everywhere = there.fake.logout(sid=None)
        assert (await provider.post(address, data={"logout_token": everywhere})).status_code == 200
        assert (await client.get("/app/cars")).status_code == 303


async def test_a_provider_is_an_administrators_to_set_up_with_the_second_factor_just_shown(
    there: There, signed: Opener, moved: Time
) -> None:
    values = {"label": "X", "kind": "openid", "issuer": "https://id.example", "client_id": "x"}
    for role in ("manager", "planner"):
        with pytest.raises(DirectAppError):
            await there.dealer.create(await there.dealer.person(role, "499"), "identity_providers", **values)
    common = "https://login.microsoftonline.com/common/v2.0"
    with pytest.raises(InvalidError):
        await there.dealer.create(there.admin, "identity_providers", **values | {"kind": "entra", "issuer": common})
    browser = await signed("tenant_admin", "")
    await enrol(there.dealer, browser.actor, UUID(hex=browser.client.cookies["directapp_session"].split("_")[2]), moved)
    moved.ahead += timedelta(minutes=6)
    actor = await there.dealer.application.principals.authenticate(
        cookie=browser.client.cookies["directapp_session"], address=HERE
    )
    with pytest.raises(StepUpError):
        await there.dealer.create(actor, "identity_providers", **values)
    with pytest.raises(StepUpError):
        await there.dealer.do(actor, "identity_providers", "set_secret", there.provider, client_secret="ny")
    with pytest.raises(StepUpError):
        await there.dealer.do(actor, "identity_providers", "update", there.provider, active=False)


async def test_the_secret_is_stored_sealed_and_never_read_back(there: There) -> None:
    (stored,) = await there.rows("identity_providers")
    assert stored["client_secret"].startswith("s1.")
    assert SECRET not in repr(stored)
    assert "client_secret" not in await there.dealer.read(there.admin, "identity_providers", there.provider)
    audit = await there.dealer.application.platform.database.plain(
        "SELECT count(*) AS n FROM audit WHERE to_jsonb(audit)::text LIKE $1", "%hemmelig &%"
    )
    assert audit[0]["n"] == 0


async def test_a_company_of_its_own_sees_its_providers_and_no_others(there: There) -> None:
    async with there.browser() as client:
        client.cookies.set("directapp_company", str(UUID(int=9)))
        assert "Fjordbil" not in (await client.get("/sign-in")).text
        client.cookies.set("directapp_company", "no-id")
        assert (await client.get("/sign-in")).status_code == 200
