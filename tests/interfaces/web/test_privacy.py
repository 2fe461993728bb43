"""Personal data on the pages: found, handed out, erased once it was seen; the register; retention; who looked."""

from datetime import timedelta
from html import unescape
from typing import Any
from uuid import UUID

import pytest

from directapp.domains.privacy.retention import sweep_rules
from directapp.services.forgetting import SYSTEM
from directapp.services.jobs import acting
from support.browser import Browser, Opener, field
from support.dealer import Dealer, Time
from support.factors import demand, enrol
from support.post import SELLER, rows, sold_car

PRIVACY = "/app/privacy"
NAME, PHONE, EMAIL = "Ragnhild Qvistad", "+4791827364", "ragnhild.qvistad@example.test"
WHO = {"name": NAME, "phone": PHONE, "email": EMAIL}


async def customer(dealer: Dealer, **more: Any) -> Any:
    return await sold_car(dealer, 5, customer_name=NAME, customer_phone=PHONE, customer_email=EMAIL, **more)


async def send(admin: Browser, path: str = "", **typed: str) -> Any:
    page = (await admin.get(PRIVACY)).text
    form = {"_csrf": field(page, "_csrf"), "_key": field(page, "_key")}
    return await admin.client.post(PRIVACY + path, data={**form, **typed})


@pytest.mark.parametrize("asked", ["918 27 364", EMAIL, "Qvistad"])
async def test_a_customer_is_found_by_name_number_or_address(asked: str, dealer: Dealer, signed: Opener) -> None:
    await customer(dealer)
    admin = await signed("tenant_admin", "")
    found = unescape((await send(admin, q=asked)).text)
    assert f"{NAME}, {PHONE}, {EMAIL}" in found
    assert "1 bil" in found
    held = unescape((await send(admin, **WHO)).text)
    assert f"Dette er lagret: {NAME}" in held
    assert "Samtykker" in held
    assert "Ingen heter det" in unescape((await send(admin, q="Ingen Sådan")).text)


async def test_a_colleague_is_found_and_others_find_nobody(dealer: Dealer, signed: Opener) -> None:
    await dealer.person("mechanic", "499")
    admin = await signed("tenant_admin", "")
    assert "Mechanic På 499" in unescape((await send(admin, q="Mechanic")).text)
    manager = await signed("manager", "499")
    assert (await manager.get(PRIVACY)).status_code == 403
    assert (await send(admin, q="")).status_code == 200


async def test_handing_out_asks_for_the_second_factor_and_is_a_page_and_a_file(
    dealer: Dealer, signed: Opener, moved: Time
) -> None:
    await customer(dealer)
    admin = await signed("tenant_admin", "")
    await demand(dealer, "tenant_admin")
    app, _ = await enrol(dealer, admin.actor, UUID(hex=admin.client.cookies["directapp_session"].split("_")[2]), moved)
    moved.ahead += timedelta(minutes=6)
    asked = await send(admin, "/export", **WHO)
    assert (asked.status_code, f'value="{EMAIL}"' in asked.text) == (403, True)
    shown = await send(admin, "/export", **WHO, _otp=app.code(), reason="Sak 12")
    assert shown.status_code == 200
    text = unescape(shown.text)
    assert "Kundens navn" in text
    assert EMAIL in text
    file = await send(admin, "/export", **WHO, format="json")
    assert "attachment" in file.headers["content-disposition"]
    assert file.json()["format"] == "directapp.personal/1"
    assert file.headers["cache-control"] == "no-store"


async def test_erasing_is_seen_first_and_then_done(dealer: Dealer, signed: Opener) -> None:
    car = await customer(dealer)
    admin = await signed("tenant_admin", "")
    refused = await send(admin, "/erase", **WHO)
    assert (refused.status_code, "Begrunnelse" in unescape(refused.text)) == (422, True)
    seen = unescape((await send(admin, "/erase", **WHO, reason="Sak 13")).text)
    assert "Dette ville blitt gjort" in seen
    assert "Bokføringsloven krever" in seen
    assert (await dealer.read(admin.actor, "cars", car))["customer_name"] == NAME
    done = unescape((await send(admin, "/erase", **WHO, reason="Sak 13", do="erase")).text)
    assert "Hva som ble gjort" in done
    assert (await dealer.read(admin.actor, "cars", car))["customer_name"] == "Slettet kunde"
    history = unescape((await admin.get(f"/app/cars/{car}/history")).text)
    assert NAME not in history
    assert "Slettet" in history
    assert "Ingen heter det" in unescape((await send(admin, q="Qvistad")).text)
    (noted,) = await rows(dealer, admin.actor, "personal_requests")
    assert (noted["kind"], noted["reason"]) == ("erasure", "Sak 13")


async def test_the_register_is_a_page(signed: Opener) -> None:
    admin = await signed("tenant_admin", "")
    text = unescape((await admin.get(f"{PRIVACY}/register")).text)
    for words in ("Kundens navn", "Behandlingsprotokoll", "Slettes når noen ber om det", "Kolleger"):
        assert words in text, words


async def test_a_rule_is_tried_before_it_holds_and_swept_at_night(dealer: Dealer, signed: Opener, moved: Time) -> None:
    car = await customer(dealer)
    admin = await signed("tenant_admin", "")
    await dealer.do(await dealer.person("manager", "495"), "cars", "archive", car, reason="sold_to_trade")
    rule = await dealer.create(admin.actor, "retention_rules", subject="customer_contact", status="archived", months=12)
    page = unescape((await admin.get(f"{PRIVACY}/retention")).text)
    assert "12 måneder" in page
    assert '<td class="figures">0</td>' in page
    moved.ahead += timedelta(days=370)
    assert '<td class="figures">1</td>' in (await admin.get(f"{PRIVACY}/retention")).text

    async def night() -> None:
        pipeline = dealer.application.platform.pipeline
        async with acting(pipeline, dealer.tenant, SYSTEM, "retention", "", None) as ctx:
            await sweep_rules(ctx)

    await night()
    assert (await dealer.read(admin.actor, "cars", car))["customer_email"] == EMAIL
    await dealer.do(admin.actor, "retention_rules", "update", rule, active=True)
    await night()
    row = await dealer.read(admin.actor, "cars", car)
    assert (row["customer_name"], row["customer_email"], row["customer_phone"]) == (NAME, None, None)
    assert '<td class="figures">0</td>' in (await admin.get(f"{PRIVACY}/retention")).text


async def test_who_looks_at_a_customer_is_kept_where_a_rule_says_so(dealer: Dealer, signed: Opener) -> None:
    car = await customer(dealer)
    admin, seller = await signed("tenant_admin", ""), await signed(*SELLER)
    mechanic = await signed("mechanic", "499")
    looks = dealer.application.looks
    await seller.get(f"/app/cars/{car}")
    await looks.write()
    assert await rows(dealer, admin.actor, "personal_views") == []
    await dealer.create(admin.actor, "retention_rules", subject="views", months=3, active=True)
    looks.forget()
    for _ in range(3):
        await seller.get(f"/app/cars/{car}")
    await mechanic.get("/app/cars")
    await looks.write()
    (look,) = await rows(dealer, admin.actor, "personal_views")
    assert (look["person"], look["car"]) == (str(seller.actor.user), str(car))
    exported = (await send(admin, "/export", **WHO, format="json")).json()
    assert [one["by"] for one in exported["looked_at"]] == ["New På 495"]


async def test_a_consent_is_logged_when_given_and_when_taken_back(dealer: Dealer) -> None:
    car, seller = await customer(dealer), await dealer.person(*SELLER)
    await dealer.do(seller, "cars", "update", car, consent_sms=False)
    await dealer.do(seller, "cars", "update", car, color="Blå")
    logged = await rows(dealer, seller, "consents")
    assert [(one["given"], one["by"]) for one in logged] == [(True, str(seller.user)), (False, str(seller.user))]
