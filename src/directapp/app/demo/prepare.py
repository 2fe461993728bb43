"""From planning to a car that is ready."""

from directapp.app.demo.life import Ahead, Known, Now, Person
from directapp.app.demo.story import Story
from directapp.app.demo.words import COSMETIC_NOTES, QUALITY_FAULTS, TECHNICAL_NOTES, WORK

_NOTES = {"technical": TECHNICAL_NOTES, "cosmetic": COSMETIC_NOTES}


def propose(story: Story) -> None:
    """Let work that was found be proposed, priced and approved, each by who may."""
    life = story.life
    if not story.full or not life.chance(0.6):
        return
    kind, words, price = story.rng.choice(WORK)
    life.make(story.planner, "work_items", "job", car=Known("car"), kind=kind, description=words, price=price)
    life.wait(0.2, 2)
    answer = story.rng.random()
    if answer < 0.2:  # noqa: PLR2004 - a fifth is still open
        return
    if answer > 0.9:  # noqa: PLR2004 - a tenth is declined
        life.act(story.seller, "work_items", "decline", on="job", reason="Kunden ønsker det ikke.")
        return
    limit = 10_000
    who = story.seller if price <= limit else story.someone("manager", story.site)
    life.act(who, "work_items", "approve", on="job")
    life.facts["job"] = kind


def plan(story: Story) -> None:
    """Let the planner set times and people."""
    life = story.life
    life.wait(0.5, 10)
    first = story.rng.uniform(3, 24)
    start = {kind: Ahead(first + 4 * i) for i, kind in enumerate(story.needs)}
    values = {f"scheduled_{kind}_start": at for kind, at in start.items()}
    people = {"assigned_mechanic": Person(story.mechanic), "assigned_detailer": Person(story.detailer)}
    queue = story.target == "planned" and life.chance(0.35)
    life.note(story.planner, **values, **({} if queue else people))
    if story.target != "planned":
        life.wait(first, first + 2)


def work_technical(story: Story) -> None:
    """Start the technical work, unless the car needs none."""
    if "technical" in story.needs:
        start(story, "technical")


def work_cosmetic(story: Story) -> None:
    """Finish the technical work and start the cosmetic."""
    if "cosmetic" not in story.needs:
        return
    if "technical" in story.needs:
        finish(story, "technical")
    story.life.wait(0.3, 6)
    start(story, "cosmetic")


def work_done(story: Story) -> None:
    """Finish what is left."""
    finish(story, story.needs[-1])
    story.life.ready = story.life.hours


def start(story: Story, kind: str) -> None:
    """Start a kind of work, as the one it is assigned to."""
    story.life.note(_worker(story, kind), **{f"{kind}_started_at": Now()})


def finish(story: Story, kind: str) -> None:
    """Finish a kind of work, the approved job with it; now and then the planner notes it for someone ill."""
    life = story.life
    life.wait(0.8, 3.5)
    _finish_job(story, kind)
    who = story.planner if life.chance(0.06) else _worker(story, kind)
    note = story.rng.choice(_NOTES[kind])
    life.note(who, **{f"{kind}_completed_at": Now()}, **({f"{kind}_notes": note} if note else {}))


def _finish_job(story: Story, kind: str) -> None:
    if story.life.facts.get("job") is None or kind != story.needs[0]:
        return
    hours = round(story.rng.uniform(0.5, 3), 1)
    story.life.act(_worker(story, kind), "work_items", "complete", on="job", actual_hours=hours)
    story.life.facts["job"] = None


def _worker(story: Story, kind: str) -> str:
    return story.mechanic if kind == "technical" else story.detailer


def fail_quality(story: Story) -> None:
    """Send work back where the quality check finds something."""
    life = story.life
    if not story.prep.quality_check or (story.target != "qc_failed" and not life.chance(0.08)):
        return
    life.wait(0.3, 5)
    found = [f for f in QUALITY_FAULTS if f[0] in story.needs] or [QUALITY_FAULTS[0]]
    rework, note = story.rng.choice(found)
    life.note(story.reception, quality_approved=False, rework=rework, quality_notes=note)
    life.facts["rework"] = rework


def pass_quality(story: Story) -> None:
    """Do again what was sent back, and approve."""
    life = story.life
    if not story.prep.quality_check:
        return
    rework = life.facts.get("rework")
    if rework:
        life.wait(0.5, 5)
        start(story, rework)
        life.wait(0.3, 1)
        life.note(_worker(story, rework), **{f"{rework}_completed_at": Now()})
    life.wait(0.3, 4)
    life.note(story.reception, quality_approved=True)
    life.ready = life.hours
    if story.full and life.chance(0.4):
        record_service(story)


def record_service(story: Story) -> None:
    """Write down work that had no item of its own."""
    notes = "Kontrollert og klargjort etter sjekkliste."
    story.life.act(
        story.mechanic, "service_history", "record", car=Known("car"), type="service", hours=1.5, cost=1850, notes=notes
    )
