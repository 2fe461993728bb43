"""From a ready car to the archive."""

from directapp.app.demo.intake import customer
from directapp.app.demo.life import Ahead, At, Known, Now
from directapp.app.demo.story import Story
from directapp.app.demo.words import PLACES

CHECKS = ("plates_ok", "reregistered", "insurance", "liens", "keys")


def bring_back(story: Story) -> None:
    """Send the car back to its dealership, where somebody receives it."""
    if not story.away:
        return
    life = story.life
    life.wait(0.5, 5)
    life.step(story.planner, "transfer", to=At(story.site.number), reason="return")
    life.wait(0.6, 3)
    who = story.seller if life.chance(0.6) else story.someone("parts", story.site)
    life.act(who, "cars", "receive", code=story.vin, parking_spot=f"{story.site.spots}{story.rng.randint(1, 40)}")


def start_back(story: Story) -> None:
    """Let some of the ready cars be on their way home."""
    if story.target == "ready_for_delivery" and story.away and story.life.chance(0.4):
        story.life.wait(0.5, 3)
        story.life.step(story.planner, "transfer", to=At(story.site.number), reason="return")


def reserve(story: Story) -> None:
    """Let a customer reserve a car for sale."""
    if story.presold or (story.target != "reserved" and not story.life.chance(0.5)):
        return
    story.life.wait(4, 60)
    who = customer(story)
    story.life.note(story.seller, **who, reserved_at=Now())
    story.life.facts["customer"] = True


def sell(story: Story) -> None:
    """Sell a car that was not ordered by a customer."""
    if story.presold:
        return
    life = story.life
    life.wait(*((2, 20) if "customer" in life.facts else (8, 120)))
    who = {} if "customer" in life.facts else customer(story)
    life.note(story.seller, **who, sold_at=Now())
    life.facts["sold_hours"] = life.hours


def deliver(story: Story) -> None:
    """Make the appointment, go through the checklist and hand the car over."""
    life = story.life
    life.wait(2, 12)
    plate = {} if story.used or story.kind == "demo" else {"license_plate": story.plate}
    gap = story.rng.uniform(6, 24)
    life.note(story.seller, **plate, handover_at=Ahead(gap), handover_place=story.rng.choice(PLACES))
    life.wait(gap - 0.5, gap)
    if story.full or life.chance(0.3):
        checks = dict.fromkeys(CHECKS, True)
        life.make(story.seller, "inspections", "handover", car=Known("car"), kind="handover", **checks)
        life.act(story.seller, "inspections", "complete", on="handover")
    if story.full:
        life.photo(story.seller, "delivery", "Ved utlevering", story.plate)
    life.step(story.seller, "hand_over")
