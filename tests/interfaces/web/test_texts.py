"""Own words on the pages: written for the company or a site, refused by name, previewed, sent, and put back."""

from html import unescape
from typing import Any
from uuid import UUID

from support.browser import Browser, Opener, field
from support.dealer import Dealer
from support.pages import new_car
from support.post import SELLER, logged, rows, sold_car

TEXTS = "/app/texts"
LINK = "customer.link"
BODY = "Hello {first}. Here you can see how far your car has come, and when to expect it."


async def form(
    browser: Browser, language: str = "nb", site: object = "", event: str = LINK, **typed: str
) -> dict[str, Any]:
    text = (await browser.get(f"{TEXTS}?event={event}&site={site}")).text
    part = text.split(f'id="form-{language}"')[1].split("</form>")[0]
    found = {n: field(part, n) for n in ("_csrf", "_key", "event", "site", "language")}
    if 'name="_version"' in part:
        found["_version"] = field(part, "_version")
    found["subject"] = unescape(part.split('name="subject" value="')[1].split('"')[0])
    for name in ("body", "sms"):
        if f'name="{name}"' in part:
            found[name] = unescape(part.split(f'name="{name}"')[1].split(">", 1)[1].split("</textarea>")[0])
    return found | typed


async def share(dealer: Dealer, car: UUID, channel: str) -> None:
    await dealer.do(await dealer.person(*SELLER), "status_links", "share", car=str(car), channel=channel)


async def test_own_words_are_sent_by_mail_and_text_message(dealer: Dealer, signed: Opener) -> None:
    admin = await signed("tenant_admin", "")
    typed = await form(admin, subject="Følg din {model}", sms="Hei {first}, se bilen her: {link}")
    assert (await admin.client.post(TEXTS, data=typed)).status_code == 303
    site = await form(admin, site=dealer.sites["495"], body="Hei {first}. Hilsen {site}.")
    assert site["subject"] == "Følg din {model}"
    assert (await admin.client.post(TEXTS, data=site)).status_code == 303
    car = await sold_car(dealer)
    await share(dealer, car, "email")
    await share(dealer, car, "sms")
    lines = {line["channel"]: line for line in await logged(dealer, car, event=LINK)}
    assert lines["email"]["subject"].startswith("Følg din ")
    assert lines["email"]["body"] == "Hei Nora. Hilsen Audi."
    assert lines["sms"]["body"].startswith("Hei Nora, se bilen her: ")
    stored = await rows(dealer, admin.actor, "message_texts")
    assert [row["body"] for row in stored] == [None, "Hei {first}. Hilsen {site}."]


async def test_the_other_language_keeps_the_products_words(dealer: Dealer, signed: Opener) -> None:
    admin = await signed("tenant_admin", "")
    assert (await admin.client.post(TEXTS, data=await form(admin, body="Hei."))).status_code == 303
    assert (await form(admin, "en"))["body"] == BODY
    car = await sold_car(dealer, customer_language="en")
    await share(dealer, car, "email")
    (line,) = await logged(dealer, car, event=LINK)
    assert line["body"].startswith("Hello Nora.")


async def test_unknown_placeholders_are_refused_by_name_and_nothing_typed_is_lost(signed: Opener) -> None:
    admin = await signed("tenant_admin", "")
    sent = await admin.client.post(TEXTS, data=await form(admin, body="Hei {kunde}"))
    assert sent.status_code == 422
    text = unescape(sent.text)
    assert "{kunde} finnes ikke i denne meldingen." in text
    assert ">Hei {kunde}</textarea>" in text
    typed = await form(admin, body="Hei {first} {kunde}", subject="{model}")
    tried = await admin.client.post(f"{TEXTS}/preview", data=typed)
    assert tried.status_code == 200
    assert "{kunde} finnes ikke" in unescape(tried.text)
    assert "Volkswagen ID.4" in tried.text
    fine = await admin.client.post(f"{TEXTS}/preview", data=await form(admin, body="Hei {first}!"))
    assert "Hei Nora!" in fine.text


async def test_it_is_put_back_and_earlier_versions_stay(dealer: Dealer, signed: Opener) -> None:
    admin = await signed("tenant_admin", "")
    await admin.client.post(TEXTS, data=await form(admin, body="Første."))
    await admin.client.post(TEXTS, data=await form(admin, body="Andre."))
    assert (await admin.client.post(f"{TEXTS}/reset", data=await form(admin))).status_code == 303
    assert (await form(admin))["body"] != "Andre."
    (row,) = await rows(dealer, admin.actor, "message_texts")
    assert row["body"] is None
    history = (await admin.get(f"/app/message_texts/{row['id']}/history")).text
    assert "Første." in history
    assert "Andre." in history


async def test_what_another_saved_meanwhile_is_not_overwritten(signed: Opener) -> None:
    admin = await signed("tenant_admin", "")
    await admin.client.post(TEXTS, data=await form(admin, body="Første."))
    stale = await form(admin, body="Min.")
    await admin.client.post(TEXTS, data=await form(admin, body="Deres."))
    sent = await admin.client.post(TEXTS, data=stale)
    assert sent.status_code == 409
    assert ">Min.</textarea>" in sent.text


async def test_a_manager_writes_for_the_own_site_alone(dealer: Dealer, signed: Opener) -> None:
    manager = await signed("manager", "495")
    typed = await form(manager, site=dealer.sites["499"], body="Vår.")
    assert (await manager.client.post(TEXTS, data=typed)).status_code == 303
    (row,) = await rows(dealer, await dealer.person("tenant_admin"), "message_texts")
    assert row["dealership"] == str(dealer.sites["495"])
    other = await signed("manager", "499")
    assert await rows(dealer, other.actor, "message_texts") == []
    for role in ("planner", "new_car_sales", "finance"):
        assert (await (await signed(role, "495")).get(TEXTS)).status_code == 403


async def test_colleagues_are_told_in_own_words_where_there_are_any(dealer: Dealer, signed: Opener) -> None:
    admin, parts = await signed("tenant_admin", ""), await dealer.person("parts", "495")
    english = await dealer.person("parts+reception", "495")
    await dealer.do(english, "users", "update", english.user, language="en")
    typed = await form(admin, event="order.new", subject="Ny ordre inn: {car}")
    assert typed["body"].startswith("{who} har registrert ordre {order}")
    assert (await admin.client.post(TEXTS, data=typed)).status_code == 303
    site = await form(admin, event="order.new", site=dealer.sites["495"], body="Se over delene til {order}.")
    assert site["subject"] == "Ny ordre inn: {car}"
    assert (await admin.client.post(TEXTS, data=site)).status_code == 303
    seller = await dealer.person(*SELLER)
    car = await new_car(dealer, seller, 1)
    lines = [line for line in await logged(dealer, car, event="order.new") if line["receiver"] == str(parts.user)]
    assert {line["channel"] for line in lines} == {"in_app", "email"}
    order = (await dealer.read(seller, "cars", car))["order_number"]
    for line in lines:
        assert line["subject"].startswith("Ny ordre inn: ")
        assert line["body"] == f"Se over delene til {order}."
    (bell,) = await rows(dealer, parts, "notifications")
    assert (bell["title"], bell["body"]) == (lines[0]["subject"], lines[0]["body"])
    # Nothing is written in English: the product’s words hold, in the language that is read now.
    (other,) = await rows(dealer, english, "notifications")
    assert other["title"].startswith("Ny ordre: ")


async def test_words_to_colleagues_are_previewed_refused_and_put_back(signed: Opener) -> None:
    admin = await signed("tenant_admin", "")
    tried = await admin.client.post(
        f"{TEXTS}/preview", data=await form(admin, event="order.new", body="{order}: sjekk!")
    )
    assert "O10042: sjekk!" in tried.text
    sent = await admin.client.post(TEXTS, data=await form(admin, event="order.new", body="Hei {first}"))
    assert sent.status_code == 422
    refusal = "{first} finnes ikke i denne meldingen."
    assert unescape(sent.text).count(refusal) == 1
    assert 'href="#nb-body">Tekst</a>' in sent.text
    assert (await admin.client.post(TEXTS, data=await form(admin, event="order.new", body="Kort."))).status_code == 303
    letter = await admin.get("/app/letters/order.new/nb")
    assert "Kort." in letter.text
    assert (await admin.client.post(f"{TEXTS}/reset", data=await form(admin, event="order.new"))).status_code == 303
    assert "Kort." not in (await admin.get("/app/letters/order.new/nb")).text
    assert 'event=order.new"' in (await admin.get("/app/letters?event=order.new")).text
