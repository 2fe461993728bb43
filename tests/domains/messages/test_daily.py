"""What the clock tells: each once a day, at the right hour of Norway, and in peace at night."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

from directapp.domains.messages import daily
from directapp.domains.messages.preferences import parse_clock, quiet_until, wants_email
from directapp.kernel.clock import OSLO, utc_now
from directapp.services.command import CommandContext
from directapp.services.jobs import Daily, acting
from support.dealer import Dealer
from support.pages import new_car
from support.post import SELLER, letters_to, logged, prepared, rows, sold_car, told


async def run(dealer: Dealer, sweep: Any, now: datetime | None = None) -> None:
    """Do a sweep as its schedule does."""
    async with acting(dealer.application.platform.pipeline, dealer.tenant, "messenger", "sweep", "", None) as ctx:
        asked: CommandContext = ctx
        if now is not None:
            asked.case = replace(asked.case, now=now)
        await sweep(asked)


def test_nine_in_norway_is_nine_whatever_the_clocks_do() -> None:
    nine = Daily(time(9, 0))
    winter = nine.next(datetime(2026, 3, 28, 12, 0, tzinfo=UTC))
    assert winter == datetime(2026, 3, 29, 7, 0, tzinfo=UTC)
    assert nine.next(winter) == datetime(2026, 3, 30, 7, 0, tzinfo=UTC)
    assert nine.next(datetime(2026, 3, 27, 12, 0, tzinfo=UTC)) == datetime(2026, 3, 28, 8, 0, tzinfo=UTC)
    assert nine.next(datetime(2026, 10, 24, 12, 0, tzinfo=UTC)) == datetime(2026, 10, 25, 8, 0, tzinfo=UTC)


def test_the_house_has_the_three_schedules_at_their_hours(dealer: Dealer) -> None:
    found = {s.name: s.when for s in dealer.application.post.schedules}
    assert found == {
        "delivery tomorrow": Daily(time(9, 0)),
        "overdue": Daily(time(7, 30)),
        "digest": Daily(time(7, 0)),
    }


async def test_tomorrows_delivery_is_told_once_to_seller_and_customer(dealer: Dealer) -> None:
    seller = await dealer.person(*SELLER)
    day = utc_now().astimezone(OSLO).date() + timedelta(days=1)
    car = await sold_car(dealer, delivery_date=day.isoformat())
    await prepared(dealer, car)
    reception = await dealer.person("reception", "499")
    await dealer.do(reception, "cars", "update", car, quality_approved=True)
    later = await sold_car(dealer, 2, delivery_date=(day + timedelta(days=1)).isoformat())
    for _ in range(2):
        await run(dealer, daily.tell_tomorrow)
    assert (await told(dealer, seller)).count("delivery.tomorrow") == 1
    lines = await logged(dealer, car, event="customer.tomorrow")
    assert sorted(line["channel"] for line in lines) == ["email", "sms"]
    assert await logged(dealer, later, event="customer.tomorrow") == []
    (letter,) = [
        one for one in letters_to(dealer.application, "nora@example.test") if "I morgen" in str(one["Subject"])
    ]
    assert "Nora" in letter.get_body(("plain",)).get_content()


async def test_a_customer_is_not_told_to_come_for_a_car_that_is_not_ready(dealer: Dealer) -> None:
    """The day alone is no promise to the customer; the hour that is agreed with them is."""
    seller, day = await dealer.person(*SELLER), utc_now().astimezone(OSLO).date() + timedelta(days=1)
    noon = datetime.combine(day, time(12), OSLO)
    waiting = await sold_car(dealer, delivery_date=day.isoformat())
    agreed = await sold_car(dealer, 2, delivery_date=day.isoformat(), handover_at=noon.isoformat())
    await run(dealer, daily.tell_tomorrow)
    assert await logged(dealer, waiting, event="customer.tomorrow") == []
    assert len(await logged(dealer, agreed, event="customer.tomorrow")) == 2
    notes = await rows(dealer, seller, "notifications", event="delivery.tomorrow")
    assert {note["car"]: "kunden har ikke fått beskjed" in note["body"] for note in notes} == {
        str(waiting): True,
        str(agreed): False,
    }


async def test_the_appointment_counts_before_the_promise_and_by_norways_calendar(dealer: Dealer) -> None:
    """Half past eleven at night in UTC is tomorrow in Norway already."""
    evening = datetime(2026, 6, 10, 7, 0, tzinfo=UTC)
    at = datetime(2026, 6, 10, 22, 30, tzinfo=UTC)
    car = await sold_car(dealer, handover_at=at.isoformat(), delivery_date="2026-06-20")
    await run(dealer, daily.tell_tomorrow, evening)
    (line, *_) = await logged(dealer, car, event="customer.tomorrow", channel="email")
    assert "torsdag 11. juni kl. 00.30" in line["body"]


async def test_overdue_cars_are_told_to_planner_and_manager_once_a_week(dealer: Dealer) -> None:
    planner, manager = await dealer.person("planner", "499"), await dealer.person("manager", "495")
    seller = await dealer.person(*SELLER)
    late = (utc_now() - timedelta(days=3)).date().isoformat()
    await new_car(dealer, seller, 1, delivery_date=late)
    await new_car(dealer, seller, 2, delivery_date=(utc_now() + timedelta(days=9)).date().isoformat())
    for _ in range(2):
        await run(dealer, daily.tell_overdue)
    for person in (planner, manager):
        assert (await told(dealer, person)).count("deadline.overdue") == 1
        (note,) = await rows(dealer, person, "notifications", event="deadline.overdue")
        assert note["priority"] == "urgent"
        assert "Levering var lovet" in note["body"]


async def test_a_stage_goal_and_a_plan_that_slipped_are_overdue_too(dealer: Dealer) -> None:
    planner, admin = await dealer.person("planner", "499"), await dealer.person("tenant_admin", "490")
    seller = await dealer.person(*SELLER)
    await dealer.do(admin, "dealerships", "update", dealer.sites["499"], stage_goals={"registered": 8})
    ahead = (utc_now() + timedelta(days=30)).date().isoformat()
    await new_car(dealer, seller, 1, delivery_date=ahead)
    await run(dealer, daily.tell_overdue, utc_now() + timedelta(hours=20))
    (note,) = await rows(dealer, planner, "notifications", event="deadline.overdue")
    assert "grensen er 16 t" in note["body"]


async def test_the_daily_overview_is_one_letter_of_what_is_unread(dealer: Dealer) -> None:
    parts, seller = await dealer.person("parts", "495"), await dealer.person(*SELLER)
    await dealer.create(parts, "notice_choices", email_events=[], digest=True)
    for number in range(3):
        await new_car(dealer, seller, number)
    await told(dealer, parts)
    assert letters_to(dealer.application, await address_of(dealer, parts)) == []
    for _ in range(2):
        await run(dealer, daily.send_digests)
    await dealer.application.dispatcher.drain(dealer.tenant)
    (letter,) = letters_to(dealer.application, await address_of(dealer, parts))
    assert letter["Subject"] == "Dagens oversikt: 3 uleste varsler"
    text = letter.get_body(("plain",)).get_content()
    assert text.count("* Ny ordre") == 3


async def test_the_overview_is_told_in_the_companys_words(dealer: Dealer) -> None:
    parts, admin = await dealer.person("parts", "495"), await dealer.person("tenant_admin", "490")
    await dealer.create(parts, "notice_choices", email_events=[], digest=True)
    own = {"subject": "God morgen, {first}", "body": "{count}."}
    await dealer.create(admin, "message_texts", event="digest", language="nb", **own)
    await new_car(dealer, await dealer.person(*SELLER), 0)
    await told(dealer, parts)
    await run(dealer, daily.send_digests)
    await dealer.application.dispatcher.drain(dealer.tenant)
    (letter,) = letters_to(dealer.application, await address_of(dealer, parts))
    assert parts.user
    first = (await dealer.read(admin, "users", parts.user))["first_name"]
    assert letter["Subject"] == f"God morgen, {first}"
    assert "1 ulest varsel." in letter.get_body(("plain",)).get_content()


async def test_quiet_hours_hold_letters_back_until_they_end(dealer: Dealer) -> None:
    parts = await dealer.person("parts", "495")
    now = utc_now().astimezone(OSLO)
    begin, end = now - timedelta(hours=1), now + timedelta(hours=1)
    await dealer.create(
        parts, "notice_choices", quiet_from=f"{begin:%H:%M}", quiet_to=f"{end:%H:%M}", email_events=["order.new"]
    )
    car = await new_car(dealer, await dealer.person(*SELLER), 1)
    (line,) = await logged(dealer, car, channel="email")
    assert (line["status"], line["sent_at"]) == ("queued", None)
    assert await told(dealer, parts) == ["order.new"]


def test_quiet_hours_go_past_midnight_and_end_by_norways_clock() -> None:
    chosen = {"quiet_from": "22:00", "quiet_to": "06:30"}
    late = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)
    until = quiet_until(chosen, late)
    assert until == datetime(2026, 11, 21, 5, 30, tzinfo=UTC)
    assert quiet_until(chosen, datetime(2026, 11, 20, 12, 0, tzinfo=UTC)) is None
    assert quiet_until({"quiet_from": None, "quiet_to": None}, late) is None
    # The night that is an hour longer.
    assert quiet_until(chosen, datetime(2026, 10, 24, 22, 0, tzinfo=UTC)) == datetime(2026, 10, 25, 5, 30, tzinfo=UTC)
    assert parse_clock("7.05") == "07:05"


def test_letters_are_by_choice_and_else_by_what_is_usual() -> None:
    assert wants_email(None, "order.new")
    assert not wants_email(None, "work.technical")
    assert wants_email({"email_events": ["work.technical"]}, "work.technical")
    assert not wants_email({"email_events": []}, "order.new")


async def address_of(dealer: Dealer, person: Any) -> str:
    return str((await dealer.read(person, "users", UUID(str(person.user))))["email"])
