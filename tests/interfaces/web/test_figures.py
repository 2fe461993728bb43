"""The figures' page: whose figures, which period, in words; and the file for payroll."""

import csv
import html
import io
import re
from datetime import timedelta

import openpyxl
import pytest

from support.browser import Opener
from support.dealer import Dealer, Time
from support.pages import new_car
from support.plan import Plan, at, lay_plan


@pytest.fixture
async def plan(dealer: Dealer) -> Plan:
    return await lay_plan(dealer)


def week(plan: Plan) -> str:
    """Return the address of the plan's week."""
    return f"/app/figures?first={plan.day}&last={plan.day + timedelta(days=6)}"


async def complete(plan: Plan, time: Time) -> None:
    """Do one job of two hours in two and a quarter, and correct it by half an hour."""
    planner = await plan.planner()
    car = await plan.car()
    booked = await plan.book(car, "mechanic", "08:00", "10:00", estimated_hours=2)
    await plan.book(car, "detailer", "13:00", "14:00", "cosmetic")
    time.ahead += at(plan.day, "08:20") - time()
    await plan.dealer.do(planner, "resource_bookings", "start", booked.record)
    time.ahead += at(plan.day, "10:35") - time()
    await plan.dealer.do(planner, "resource_bookings", "complete", booked.record, actual_hours="2.25")
    mechanic = (await plan.dealer.person("mechanic", "499")).user
    manager = await plan.dealer.person("manager", "499")
    correction = {"person": str(mechanic), "day": plan.day.isoformat(), "hours": "-0.5", "note": "Pause"}
    await plan.dealer.create(manager, "timebank_entries", **correction)


async def test_the_week_is_told_in_tables_and_taken_home_for_payroll(plan: Plan, signed: Opener, time: Time) -> None:
    try:
        await complete(plan, time)
        # Signed in when the week is there: a sign-in from before it has ended unused.
        browser = await signed("planner", "499")
        page = await browser.get(week(plan))
        file = await browser.client.get(week(plan).replace("/figures?", "/figures/timebank.csv?"))
    finally:
        time.ahead = timedelta()
    for words in ("Belegg per ressurs", "3 av 80 timer booket", "2 jobber", "1 fullført", "1 kommende"):
        assert words in page.text, words
    for words in ("112 %", "2,25 t", "20 min", "Mechanic På 499", "1,75 t", "Planlagt", "-0,50 t"):
        assert words in page.text, words
    assert "style=" not in page.text
    assert file.headers["content-type"] == "text/csv; charset=utf-8"
    assert "timebank_" in file.headers["content-disposition"]
    assert file.content.startswith(b"\xef\xbb\xbfNavn;E-post;Anleggsnummer;Anlegg;Dato;Art;Timer\r\n")
    lines = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig")), delimiter=";"))
    day = f"{plan.day:%d.%m.%Y}"
    assert [(line[0], *line[2:]) for line in lines[1:]] == [
        ("Mechanic På 499", "499", "Skade og bilpleie", day, "Retting", "-0,50"),
        ("Mechanic På 499", "499", "Skade og bilpleie", day, "Arbeid", "2,25"),
    ]


async def test_an_empty_week_says_so_and_a_wrong_period_is_refused_in_words(plan: Plan, signed: Opener) -> None:
    browser = await signed("finance", "495")
    page = await browser.get("/app/figures")
    assert "Ingen timer er ført i perioden." in page.text
    assert "timebank.csv" not in page.text
    wrong = await browser.client.get("/app/figures?first=2026-11-30&last=2026-11-01")
    assert wrong.status_code == 422
    assert "Perioden slutter før den begynner." in wrong.text
    other = await browser.client.get(f"/app/figures?site={plan.dealer.sites['499']}")
    assert other.status_code == 403


async def test_only_those_who_lead_or_plan_or_count_open_it(plan: Plan, signed: Opener) -> None:
    assert plan.types
    for role, site, opens in (("planner", "499", True), ("manager", "490", True), ("mechanic", "499", False)):
        browser = await signed(role, site)
        front = await browser.get("/")
        assert ('href="/app/figures"' in front.text) is opens
        assert (await browser.client.get("/app/figures")).status_code == (200 if opens else 403)


async def test_a_car_says_how_long_it_has_stood_and_turns_by_the_sites_goals(
    plan: Plan, signed: Opener, time: Time
) -> None:
    car = await plan.car()
    admin = await plan.dealer.person("tenant_admin", "490")
    goals = {"ready_to_plan": {"yellow": 2, "red": 50}}
    await plan.dealer.do(admin, "dealerships", "update", plan.dealer.sites["499"], stage_goals=goals)
    browser = await signed("planner", "499")
    assert "0 min i steget" in (await browser.get(f"/app/cars/{car}")).text
    for hours, said, tone in ((5, "5 t i steget", "age-soon"), (52, "2 d 4 t i steget", "age-late")):
        time.ahead = timedelta(hours=hours, minutes=10)
        try:
            page = await browser.get(f"/app/cars/{car}")
        finally:
            time.ahead = timedelta()
        assert said in page.text
        assert f'class="{tone}">{said}' in page.text


async def test_a_person_makes_a_calendar_link_on_the_own_page(plan: Plan, signed: Opener) -> None:
    assert plan.resources
    browser = await signed("mechanic", "499")
    assert "calendar-links" in (await browser.get("/app/me")).text
    made = await browser.send("/app/calendar_feeds/do/issue")
    assert "/calendar/cal_" in made.text
    assert "Kalenderadresse" in made.text
    assert "Ikke lest ennå" in (await browser.get("/app/me")).text
    planner = await signed("planner", "499")
    resource = await planner.get(f"/app/resources/{plan.resources['mechanic']}")
    assert f"/app/calendar_feeds/do/issue?resource={plan.resources['mechanic']}" in resource.text


async def test_a_manager_compares_the_own_sites_and_no_others_on_the_page_and_in_files(
    plan: Plan, signed: Opener
) -> None:
    seller = await plan.dealer.person("new_car_sales", "495")
    late = await new_car(plan.dealer, seller, 1, delivery_date="2020-01-01")
    nobody = await new_car(plan.dealer, seller, 2, delivery_date="2020-01-01", customer_name=None)
    browser = await signed("manager", "495")
    page = (await browser.get("/app/figures/monday")).text
    names = {n: (await plan.dealer.read(browser.actor, "dealerships", s))["name"] for n, s in plan.dealer.sites.items()}
    assert f'<th scope="row">{names["495"]}</th>' in page
    assert not [n for n in ("324", "490", "499") if f'<th scope="row">{names[n]}</th>' in page]
    causes = re.findall(r'href="([^"]*late_cause=[^"]*)" data-figure>([^<]*)<', page)
    assert [text for _, text in causes] == ["1 Transport"]
    listed = (await browser.get(html.unescape(causes[0][0]))).text
    assert (str(late) in listed, str(nobody) in listed) == (True, False)
    assert "Årsak til forsinkelse Transport" in " ".join(
        re.sub(r"<[^>]+>", " ", (await browser.get(f"/app/cars/{late}")).text).split()
    )
    file = await browser.client.get("/app/figures/monday/sites.csv")
    head, line = csv.reader(io.StringIO(file.content.decode("utf-8-sig")), delimiter=";")
    told = dict(zip(head, line, strict=True))
    assert (told["Anleggsnummer"], told["Åpne biler"], told["Forsinket nå"], told["Transport"]) == (
        "495",
        "2",
        "1",
        "1",
    )
    book = openpyxl.load_workbook(io.BytesIO((await browser.client.get("/app/figures/monday/weeks.xlsx")).content))
    assert len(list(book.active.iter_rows())) == 14
    mechanic = await signed("mechanic", "499")
    assert (await mechanic.client.get("/app/figures/monday")).status_code == 403
    assert (await browser.client.get("/app/figures/monday/people.csv")).status_code == 404
