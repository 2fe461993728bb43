"""The cars of a tenant: how many stand where, and what becomes of each."""

from dataclasses import replace
from random import Random

from directapp.app.demo import intake, prepare, sell
from directapp.app.demo.life import Known, Life
from directapp.app.demo.planning import book_recent
from directapp.app.demo.sites import Group, Site
from directapp.app.demo.specials import special_lives
from directapp.app.demo.stock import NEW, USED, Model, Numbers
from directapp.app.demo.story import LONGEST, READY, Story
from directapp.app.demo.words import CANCELLED

COUNTS = {
    "draft": 10, "registered": 36, "appraised": 9, "in_transit": 15, "at_prep_center": 13, "inspection": 6,
    "inspection_failed": 6, "waiting_parts": 14, "ready_to_plan": 15, "planned": 28, "technical_prep": 10,
    "cosmetic_prep": 9, "quality_check": 8, "qc_failed": 5, "ready_for_delivery": 17, "returned_to_dealership": 14,
    "ready_for_sale": 42, "reserved": 11, "sold": 18, "delivered": 24, "archived": 92,
}  # fmt: skip
# Working hours since the last step.
_AGES = {
    "draft": (1, 80), "registered": (2, 180), "appraised": (2, 80), "in_transit": (0.5, 14),
    "at_prep_center": (0.3, 10), "inspection": (0.1, 2), "inspection_failed": (1, 30), "waiting_parts": (4, 80),
    "ready_to_plan": (0.5, 20), "planned": (1, 26), "technical_prep": (0.2, 3), "cosmetic_prep": (0.2, 3),
    "quality_check": (0.2, 6), "qc_failed": (0.5, 10), "ready_for_delivery": (0.5, 40),
    "returned_to_dealership": (1, 30), "ready_for_sale": (4, 260), "reserved": (1, 30), "sold": (1, 40),
    "archived": (105, 420),
}  # fmt: skip
_WEIGHTS = {"490": 40, "495": 22, "324": 20, "326": 20, "332": 16, "340": 12}
_KINDS = ("new", "used", "demo", "certified")
_KIND_WEIGHTS = (50, 38, 6, 6)
# A trade-in is registered within these working hours of the sale, and not on the same day.
_SOON, _LATE = 9, 60
_WORKDAY_SHARE = 8.5 * 5 / 7

JOURNEY = (
    ("draft", intake.register),
    ("registered", intake.settle_order),
    ("appraised", intake.appraise),
    ("in_transit", intake.send),
    ("at_prep_center", intake.arrive),
    ("inspection", intake.inspect),
    ("inspection_failed", intake.fail),
    ("waiting_parts", intake.approve),
    ("", prepare.propose),
    ("ready_to_plan", intake.parts_arrive),
    ("planned", prepare.plan),
    ("technical_prep", prepare.work_technical),
    ("cosmetic_prep", prepare.work_cosmetic),
    ("quality_check", prepare.work_done),
    ("qc_failed", prepare.fail_quality),
    ("", prepare.pass_quality),
    ("ready_for_delivery", sell.start_back),
    ("returned_to_dealership", sell.bring_back),
    ("ready_for_sale", lambda _: None),
    ("reserved", sell.reserve),
    ("sold", sell.sell),
    ("delivered", sell.deliver),
)


def all_lives(group: Group) -> list[Life]:
    """Return every car's life of a tenant."""
    rng, numbers = Random(group.seed), Numbers(group.seed)  # noqa: S311 - the same demo every time
    counts = {status: max(1, round(n * group.scale)) for status, n in COUNTS.items()}
    lives = []
    for status, count in counts.items():
        for i in range(count):
            life = _life(group, numbers, Random(rng.random()), status, i)  # noqa: S311 - as above
            lives.append(life)
    link_trade_ins(lives)
    lives += special_lives(group, numbers, lives)
    book_recent(lives)
    return lives


def _life(group: Group, numbers: Numbers, rng: Random, status: str, index: int) -> Life:
    cancelled = status == "archived" and index % 8 == 0
    site, kind = _choose(group, rng, status)
    stop = rng.choice(("registered", "at_prep_center", "ready_for_sale")) if cancelled else status
    stop = "delivered" if stop == "archived" else stop
    presold = _presold(rng, kind, status)
    life = Life(rng=rng, target=status)
    story = Story(
        life=life,
        group=group,
        site=site,
        kind=kind,
        target=stop,
        model=_model(rng, site, kind),
        numbers=numbers,
        presold=presold and not cancelled,
        full=index % 5 == 1 if status in {"archived", "delivered"} else index % 3 > 0,
        needs=_needs(rng, kind, status),
    )
    story.tell(JOURNEY)
    life.facts |= {"site": site.number, "kind": kind, "vin": story.vin, "plate": story.plate, "model": story.model}
    if cancelled:
        life.wait(2, 40)
        life.facts["cancelled"] = True
        life.step(story.seller, "archive", reason=rng.choice(CANCELLED))
    low, high = _age(site, status)
    return life.ends(rng.uniform(low, high), LONGEST)


def _choose(group: Group, rng: Random, status: str) -> tuple[Site, str]:
    sites = [s for s in group.sites if "new_car_sales" in s.staff]
    while True:
        site = rng.choices(sites, [_WEIGHTS.get(s.number, 10) for s in sites])[0]
        kind = rng.choices(_KINDS, _KIND_WEIGHTS)[0]
        if _fits(group, site, kind, status):
            return site, kind


def _fits(group: Group, site: Site, kind: str, status: str) -> bool:
    away = site.prep != site.number
    match status:
        case "appraised":
            return kind in {"used", "certified"}
        case "returned_to_dealership":
            return away
        case "quality_check" | "qc_failed":
            return group.site(site.prep).quality_check
        case "delivered":
            return site.archive_after_days > 0
        case _:
            return True


def _presold(rng: Random, kind: str, status: str) -> bool:
    if status in {*READY, "draft"}:
        return False
    if status in {"ready_for_delivery", "returned_to_dealership"}:
        return True
    return rng.random() < {"new": 0.75, "used": 0.1}.get(kind, 0.0)


def _needs(rng: Random, kind: str, status: str) -> tuple[str, ...]:
    if kind not in {"used", "certified"} or status in {"technical_prep", "cosmetic_prep"}:
        return ("technical", "cosmetic")
    return rng.choices((("technical", "cosmetic"), ("cosmetic",), ("technical",)), (80, 14, 6))[0]


def _model(rng: Random, site: Site, kind: str) -> Model:
    if kind in {"new", "demo"}:
        return rng.choice(NEW[rng.choice(site.brands)])
    return rng.choice(USED)


def _age(site: Site, status: str) -> tuple[float, float]:
    if status == "delivered":
        return 0.5, site.archive_after_days * _WORKDAY_SHARE * 0.6
    return _AGES[status]


def link_trade_ins(lives: list[Life]) -> None:
    """Let some used cars be what a customer gave in trade for another, registered within days of the sale.

    Whoever registers a car sees the used cars of the site, and points to no others.
    """
    used = [x for x in lives if x.facts["kind"] == "used" and x.steps[0].verb == "create"]
    sales: list[tuple[float, Life]] = [
        (x.shift + x.facts.get("sold_hours", 0) * x.squeeze, x)
        for x in lives
        if x.target in {*READY[2:], "archived"} and x.facts["kind"] in {"used", "certified"}
    ]
    for life in used:
        begun = life.when(life.steps[0])
        fitting = [x for at, x in sales if _SOON < begun - at < _LATE and x.facts["site"] == life.facts["site"]]
        if fitting:
            traded = {**life.steps[0].values, "trade_in_for": Known("car", fitting[0])}
            life.steps[0] = replace(life.steps[0], values=traded)
            sales = [(at, x) for at, x in sales if x is not fitting[0]]
