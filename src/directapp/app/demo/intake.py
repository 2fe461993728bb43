"""From order to an approved inspection."""

from typing import Any

from directapp.app.demo.life import At, DaysAhead, Known, Now, Part, ReadyDay
from directapp.app.demo.stock import organisation, phone
from directapp.app.demo.story import REGISTRY, Story
from directapp.app.demo.words import (
    COLOURS,
    COMPANIES,
    FIRST,
    INSPECTION_FAULTS,
    LAST,
    PARTS,
    REMARKS,
    SELLER_NOTES,
)
from directapp.domains.cars.fields import Cars
from directapp.domains.workshop import SEED_TEMPLATES
from directapp.domains.workshop.fields import InspectionTemplates

# Cars up to this model year have had their first periodic inspection.
_INSPECTED_UNTIL = 2022
_COMPANY_SHARE, _FULL_SHARE = 0.12, 0.3


def customer(story: Story) -> dict[str, Any]:
    """Return an invented customer."""
    rng = story.rng
    first, last, number = rng.choice(FIRST), rng.choice(LAST), rng.randrange(1000)
    mail = f"kunde{number:03d}@example.com"
    contact = {"customer_phone": phone(number), "customer_email": mail}
    if rng.random() < _COMPANY_SHARE:
        index = rng.randrange(len(COMPANIES))
        return {"customer_name": COMPANIES[index], "customer_org_number": organisation(index), **contact}
    return {"customer_name": f"{first} {last}", "customer_kind": "person", **contact}


def register(story: Story) -> None:
    """Let the seller register the car; a draft lacks what registering needs."""
    rng, model = story.rng, story.model
    values: dict[str, Any] = {
        "car_type": story.kind,
        "make": model.make,
        "model": model.model,
        "variant": model.variant,
        "color": rng.choice(COLOURS),
        "priority": rng.choices(("normal", "high", "urgent", "low"), (80, 12, 4, 4))[0],
        "seller_notes": rng.choice(SELLER_NOTES),
        **_work_needed(story),
        **(_used_values(story) if story.used else _new_values(story)),
    }
    if story.target == "draft":
        for name in ("order_number", "license_plate", "vin"):
            values.pop(name, None)
    elif story.presold:
        values |= {**customer(story), "sold_at": Now()}
    if story.presold or rng.random() < _FULL_SHARE:
        values[Cars.delivery_date] = ReadyDay(rng.choice((-3, -1, 0, 1, 2, 3, 4, 5, 7, 10)))
    story.first(**values)
    if story.used and story.target != "draft":
        look_up(story)


def look_up(story: Story) -> None:
    """Fill in what the vehicle registry knows of a used car."""
    model, year = story.model, story.life.steps[0].values[Cars.model_year]
    electric = model.fuel == "electric"
    power = story.rng.randint(85, 250)
    story.life.note(
        REGISTRY,
        fuel_type=model.fuel,
        year=year,
        power_kw=power,
        horsepower=round(power * 1.36),
        electric_range_km=story.rng.randint(300, 540) if electric else None,
        co2_emissions=0 if electric else story.rng.randint(30, 160),
        curb_weight=story.rng.randint(1350, 2300),
        registration_status="registered",
        first_registered=f"{year}-{story.rng.randint(1, 12):02d}-15",
        next_inspection_due=f"{year + (4 if year > _INSPECTED_UNTIL else 8)}-{story.rng.randint(1, 12):02d}-28",
    )


def _work_needed(story: Story) -> dict[str, Any]:
    return {f"needs_{kind}": False for kind in ("technical", "cosmetic") if kind not in story.needs}


def _new_values(story: Story) -> dict[str, Any]:
    values: dict[str, Any] = {
        "order_number": story.numbers.order(story.site.number),
        "model_year": 2027 if story.rng.random() < _FULL_SHARE else 2026,
        "eta": DaysAhead(story.rng.randint(10, 60)),
        "sale_price": story.model.price,
        "treatment": story.rng.choice(("none", "none", "standard", "premium", "ultra")),
        "tyre_hotel": story.rng.choice((True, False, None)),
    }
    if story.life.chance(0.5):
        values[Cars.vin] = story.vin
    if story.kind == "demo":
        values[Cars.license_plate] = story.plate
    return values


def _used_values(story: Story) -> dict[str, Any]:
    year = story.rng.randint(2020, 2025)
    price = int(story.model.price * 0.88 ** (2027 - year)) // 1000 * 1000
    story.life.facts["price"] = price
    return {"license_plate": story.plate, "vin": story.vin, "model_year": year}


def settle_order(story: Story) -> None:
    """Let accessories be wanted and their parts ordered; the factory names the car."""
    life = story.life
    life.wait(1, 8)
    if not story.used and story.presold and life.chance(0.6):
        order_accessory(story)
    if not story.used and "vin" not in life.steps[0].values:
        life.wait(4, 30)
        life.note(story.seller, vin=story.vin)
    if story.full and life.chance(0.3):
        story.comment(story.seller, "sales", story.someone("parts", story.site))


def order_accessory(story: Story) -> None:
    """Let the seller sell an accessory, and parts order it at the selling site."""
    number, name, price, supplier = story.rng.choice(PARTS[:5])
    life, parts = story.life, story.someone("parts", story.site)
    life.make(
        story.seller, "car_accessories", "accessory", car=Known("car"), name=name, part_number=number, price=price
    )
    if not life.chance(0.7):
        return
    life.wait(0.5, 6)
    life.make(
        parts, "parts_orders", "seller_parts",
        car=Known("car"), accessory=Known("accessory"), part_number=number, part_name=name, supplier=supplier,
        eta=DaysAhead(12),
    )  # fmt: skip
    story.waiting.append("seller_parts")


def appraise(story: Story) -> None:
    """Put a price on a used car, and let finance write down what it cost."""
    if not story.used:
        return
    life, price = story.life, story.life.facts["price"]
    life.wait(1, 10)
    life.note(story.seller, appraisal_price=price * 0.86 // 1000 * 1000, sale_price=price)
    if story.full and "finance" in story.group.sites[0].staff:
        finance = story.someone("finance", story.group.sites[0])
        life.note(finance, purchase_price=price * 0.82 // 1000 * 1000, holding_cost_per_day=95)
    if life.chance(0.5):
        seen = story.rng.choice(("global", "brand", "private"))
        life.note(story.seller, in_vehicle_bank=True, visibility=seen)


def send(story: Story) -> None:
    """Send the car to its prep centre; what comes by lorry to the own site is only noted."""
    life = story.life
    life.wait(*((2, 30) if story.used else (30, 160)))
    if story.away:
        who = story.seller if life.chance(0.6) else story.someone("parts", story.site)
        life.step(who, "transfer", to=At(story.prep.number), reason="prep")
    elif story.target == "in_transit" or not story.used:
        life.note(story.seller, sent_at=Now())


def arrive(story: Story) -> None:
    """Let reception receive the car by its chassis number or plate."""
    life = story.life
    life.wait(1, 7)
    code = story.plate if story.used and life.chance(0.5) else story.vin
    life.act(
        story.reception, "cars", "receive",
        code=code, parking_spot=f"{story.prep.spots}{story.rng.randint(1, 60)}",
        key_location=f"Nøkkelskap {story.rng.randint(1, 40)}",
    )  # fmt: skip


def inspect(story: Story) -> None:
    """Begin the receiving inspection."""
    life = story.life
    life.wait(0.3, 9)
    if story.listed:
        life.act(story.reception, "inspections", "begin", keep="inspection", car=Known("car"))
        if story.full and life.chance(0.2):
            life.photo(story.reception, "inspection", "Ved mottak", story.plate, damage=life.chance(0.5))
    else:
        life.note(story.reception, inspection_started_at=Now())


def answer(story: Story) -> None:
    """Answer the checklist, with a remark here and there."""
    template = SEED_TEMPLATES[1 if story.used else 0]
    codes = [item["code"] for item in template[InspectionTemplates.items]]
    found = [c for c in codes if c in REMARKS and story.life.chance(0.12)]
    answers = [_answer(c, REMARKS[c] if c in found else None) for c in codes]
    marks = [_mark(story, REMARKS[c]) for c in found if c in {"paint", "body", "transport_damage"}]
    story.life.act(story.reception, "inspections", "update", on="inspection", answers=answers, damage_marks=marks)
    story.life.facts["remarks"] = found


def _answer(code: str, note: str | None) -> dict[str, Any]:
    return {"item": code, "result": "remark", "note": note} if note else {"item": code, "result": "ok"}


def _mark(story: Story, note: str) -> dict[str, Any]:
    place = {"x": round(story.rng.uniform(0.1, 0.9), 2), "y": round(story.rng.uniform(0.2, 0.8), 2)}
    return {**place, "view": story.rng.choice(("left", "right", "front", "rear")), "note": note}


def fail(story: Story) -> None:
    """Fail the inspection where something is wrong."""
    life = story.life
    if story.target != "inspection_failed" and not life.chance(0.06):
        return
    life.wait(0.3, 1)
    fault = story.rng.choice(INSPECTION_FAULTS)
    if story.listed:
        answer(story)
        life.act(story.reception, "inspections", "complete", on="inspection", approved=False, note=fault)
    else:
        life.note(story.reception, inspection_approved=False, inspection_notes=fault)
    life.facts["failed"] = True
    if story.full:
        story.comment(story.reception, "prep", story.seller)


def approve(story: Story) -> None:
    """Approve the inspection; parts that the car still needs are ordered first."""
    life = story.life
    if "failed" in life.facts:
        life.wait(2, 20)
        life.note(story.reception, inspection_approved=True)
    elif story.listed:
        life.wait(0.3, 1)
        answer(story)
        if life.facts["remarks"]:
            item = life.facts["remarks"][0]
            life.act(story.reception, "inspections", "make_work_item", on="inspection", keep="work", item=item)
    settle_parts(story)
    if "failed" in life.facts:
        return
    life.wait(0.1, 0.5)
    if story.listed:
        life.act(story.reception, "inspections", "complete", on="inspection", approved=True)
    else:
        life.note(story.reception, inspection_approved=True)


def settle_parts(story: Story) -> None:
    """Let what the selling site ordered arrive, and the prep centre order what else is needed."""
    life = story.life
    if story.target == "waiting_parts" or life.chance(0.15):
        number, name, _, supplier = story.rng.choice(PARTS)
        shelf = Part(story.prep.number, number)
        eta = DaysAhead(story.rng.randint(2, 9))
        life.make(
            story.someone("parts", story.prep), "parts_orders", "prep_parts",
            car=Known("car"), part=shelf, part_number=number, part_name=name, supplier=supplier, eta=eta,
        )  # fmt: skip
        story.waiting.append("prep_parts")
    elif "seller_parts" in story.waiting and story.target != "waiting_parts":
        receive_parts(story)


def receive_parts(story: Story) -> None:
    """Let everything that is ordered arrive."""
    life = story.life
    for name in story.waiting:
        side = story.site if name == "seller_parts" else story.prep
        life.act(story.someone("parts", side), "parts_orders", "receive", on=name)
    story.waiting.clear()


def parts_arrive(story: Story) -> None:
    """Wait for the parts."""
    if story.waiting:
        if story.full:
            story.comment(story.someone("parts", story.prep), "parts", story.planner)
        story.life.wait(8, 50)
        receive_parts(story)
