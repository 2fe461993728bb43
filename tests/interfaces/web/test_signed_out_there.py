"""Signed out by a provider's page or by a manager; and groups that had no room in a provider's answer."""

from uuid import UUID

import pytest
import structlog.testing

from interfaces.web.test_provider_sign_in import There, there  # noqa: F401 - a fixture
from support.browser import Opener, field
from support.dealer import Dealer
from support.fakes.openid import KARI
from support.pages import PASSWORD, give_password

OVERAGE = {"_claim_names": {"groups": "src1"}, "_claim_sources": {"src1": {"endpoint": "https://graph.windows.net/x"}}}


async def test_a_page_of_the_provider_ends_the_sign_in_that_it_names(there: There) -> None:  # noqa: F811
    await there.know(await there.dealer.person("planner", "499"))
    address, origin = f"{there.begin}/signed-out", there.fake.base
    async with there.browser() as client, there.browser() as page:
        assert (await there.sign_in(client)).status_code == 303
        for wrong in ({}, {"sid": ""}, {"sid": "x" * 300}, {"sid": KARI["sid"], "iss": "https://other.example"}):
            assert (await page.get(address, params=wrong)).status_code == 400, wrong
        strange = await page.get(address, params={"sid": "there-2", "iss": there.fake.issuer})
        assert strange.status_code == 200
        assert (await client.get("/app/cars")).status_code == 200
        done = await page.get(address, params={"sid": KARI["sid"], "iss": there.fake.issuer})
        assert (done.status_code, done.content) == (200, b"")
        policy = f"default-src 'none'; frame-ancestors {origin}"
        assert (done.headers["content-security-policy"], done.headers["cache-control"]) == (policy, "no-store")
        assert (await client.get("/app/cars")).status_code == 303
        # Entra ID sends the name of the session alone, too.
        assert (await there.sign_in(client)).status_code == 303
        assert (await page.get(address, params={"sid": KARI["sid"]})).status_code == 200
        assert (await client.get("/app/cars")).status_code == 303
        for elsewhere in (
            f"{there.begin[:-4]}0000/signed-out",
            f"/sign-in/with/{there.provider}/{there.provider}/signed-out",
        ):
            assert (await page.get(elsewhere, params={"sid": KARI["sid"]})).status_code == 400
        # No other page of ours stands in anybody's frame.
        assert "frame-ancestors 'none'" in (await page.get("/sign-in")).headers["content-security-policy"]


async def test_groups_that_had_no_room_are_asked_of_graph(there: There, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setattr(there.dealer.application.auth.open_id, "_graph", there.fake.base)
    await there.know(user := await there.dealer.person("planner", "499"))
    await there.map("g-mechanics", "mechanic")
    there.fake.person |= OVERAGE
    there.fake.groups = [*(f"g-{n}" for n in range(1500)), "g-mechanics"]
    async with there.browser() as client:
        refused = await there.sign_in(client)
        assert (refused.status_code, there.fake.asked_graph) == (401, []), "only where the company says so"
        await there.set(asks_graph=True)
        assert (await there.sign_in(client)).status_code == 303
    assert there.fake.asked_graph == [{"securityEnabledOnly": False}]
    assert (await there.dealer.read(there.admin, "users", user.user or there.provider))["roles"] == ["mechanic"]
    there.fake.too_large = True
    async with there.browser() as client:
        assert (await there.sign_in(client)).status_code == 401, "what Graph does not tell is no answer"
    there.fake.too_large = False
    # Whose groups have room is not asked about.
    there.fake.person = {**KARI, "groups": ["g-mechanics"]}
    async with there.browser() as client:
        assert (await there.sign_in(client)).status_code == 303
    assert len(there.fake.asked_graph) == 2


async def test_a_manager_ends_one_sign_in_of_the_own_people(signed: Opener, dealer: Dealer) -> None:
    admin = await dealer.person("tenant_admin", "")
    await dealer.create(admin, "network_rules", role="finance", network="127.0.0.0/8", note="Kontoret på Sørlandet")
    manager, mechanic = await signed("manager", "499"), await signed("mechanic", "499")
    email = await give_password(dealer, mechanic.actor)
    await mechanic.client.post("/auth/login", json={"email": email, "password": PASSWORD})
    address = f"/app/users/{mechanic.actor.user}/sign-ins"
    assert f'href="{address}"' in (await manager.get(f"/app/users/{mechanic.actor.user}")).text
    page = (await manager.get(address)).text
    assert page.count("Kontoret på Sørlandet, 127.0.0.1") >= 2
    assert "Kontoret på Sørlandet, 127.0.0.1" in (await mechanic.get("/app/me/security")).text
    own = UUID(hex=mechanic.client.cookies["directapp_session"].split("_")[2])
    form = {"_csrf": field(page, "_csrf"), "_key": "a" * 32}
    lines = page.count(f"{address}/")
    assert lines >= 2
    assert (await manager.client.post(f"{address}/{manager.actor.user}", data=form)).status_code == 404
    with structlog.testing.capture_logs() as lines_of_log:
        assert (await manager.client.post(f"{address}/{own}", data={**form, "_key": "b" * 32})).status_code == 303
    assert (await mechanic.get("/app/cars")).status_code == 303
    left = (await manager.get(address)).text
    assert (left.count(f"{address}/"), str(own) in left) == (lines - 1, False)
    (told,) = [line for line in lines_of_log if line["event"] == "sign_in_ended"]
    assert (told["log"], told["user"], told["by"]) == (
        "security", str(mechanic.actor.user), str(manager.actor.user),
    )  # fmt: skip


async def test_nobody_sees_or_ends_sign_ins_of_those_they_do_not_manage(signed: Opener) -> None:
    manager, planner = await signed("manager", "499"), await signed("planner", "499")
    admin, stranger = await signed("tenant_admin", "490"), await signed("mechanic", "490")
    for actor, target in (
        (planner, manager), (manager, admin), (manager, stranger), (stranger, planner), (manager, manager),
    ):  # fmt: skip
        session = UUID(hex=target.client.cookies["directapp_session"].split("_")[2])
        address = f"/app/users/{target.actor.user}/sign-ins"
        seen = await actor.get(address)
        assert seen.status_code == 403, (actor.actor.name, target.actor.name)
        assert str(session) not in seen.text
        form = {"_csrf": await actor.token(), "_key": "a" * 32}
        assert (await actor.client.post(f"{address}/{session}", data=form)).status_code == 403
        assert (await target.get("/app/me")).status_code == 200
