"""What happens to few cars: unknown arrivals, sales between sites, old acquaintances, corrected slips."""

from random import Random

from directapp.app.demo import intake, prepare
from directapp.app.demo.life import At, Life
from directapp.app.demo.sites import Group, Site
from directapp.app.demo.stock import USED, Model, Numbers
from directapp.app.demo.story import LONGEST, Story, login

_LOT = 9


def special_lives(group: Group, numbers: Numbers, lives: list[Life]) -> list[Life]:
    """Return the special cars of a tenant; ``lives`` are the ordinary ones."""
    rng = Random(group.seed + 1)  # noqa: S311 - the same demo every time
    head = group.sites[0]
    found = [unknown_arrival(head, numbers, rng), corrected(group, head, numbers, rng)]
    found += [old_acquaintance(group, life, numbers, rng) for life in _returning(lives)]
    pairs = [("324", "326"), ("495", "490"), ("332", "340")] if len(group.sites) > 2 else [("101", "102")]  # noqa: PLR2004
    for seller, buyer in pairs:
        found.append(sold_between(group, group.site(seller), group.site(buyer), numbers, rng))
    return found


def _story(group: Group, site: Site, numbers: Numbers, life: Life, model: Model) -> Story:
    return Story(
        life=life,
        group=group,
        site=site,
        kind="used",
        target=life.target,
        model=model,
        numbers=numbers,
        presold=False,
        full=False,
    )


def _life(rng: Random, target: str) -> Life:
    return Life(rng=Random(rng.random()), target=target)  # noqa: S311 - as above


def unknown_arrival(site: Site, numbers: Numbers, rng: Random) -> Life:
    """Let reception receive a car nobody knows: a draft without owner."""
    life = Life(rng=rng, target="draft")
    vin, who = numbers.vin("Volvo"), login("reception", site.number)
    life.act(who, "cars", "receive", keep="car", code=vin, parking_spot=f"{site.spots}{_LOT}")
    return life.ends(3, LONGEST)


def corrected(group: Group, site: Site, numbers: Numbers, rng: Random) -> Life:
    """Let the administrator correct a status, with the reason."""
    story = _story(group, site, numbers, _life(rng, "ready_to_plan"), USED[1])
    story.tell(
        (
            ("", intake.register),
            ("", intake.arrive),
            ("", intake.inspect),
            ("", intake.approve),
            ("", intake.parts_arrive),
            ("", prepare.plan),
            ("", prepare.work_technical),
        )
    )
    story.life.wait(1, 3)
    why = "Arbeidet ble startet på feil bil."
    story.life.step("admin", "correct", reason=why, status="ready_to_plan")
    return story.life.ends(5, LONGEST)


def sold_between(group: Group, site: Site, buyer: Site, numbers: Numbers, rng: Random) -> Life:
    """Let one site sell a used car to another before it is prepared."""
    story = _story(group, site, numbers, _life(rng, "registered"), rng.choice(USED))
    story.tell((("", intake.register), ("", intake.appraise)))
    life = story.life
    life.wait(4, 30)
    life.step(story.seller, "transfer", to=At(buyer.number), reason="sale", note="Solgt videre etter avtale.")
    life.wait(2, 8)
    taker = login("used_car_sales", buyer.number)
    life.act(taker, "cars", "receive", code=story.vin, parking_spot=f"{buyer.spots}{_LOT}")
    life.target = "at_prep_center" if buyer.prep == buyer.number else "in_transit"
    return life.ends(rng.uniform(10, 40), LONGEST)


def _returning(lives: list[Life]) -> list[Life]:
    old = [x for x in lives if x.target == "archived" and "cancelled" not in x.facts and x.shift < -LONGEST * 0.5]
    return old[:3]


def old_acquaintance(group: Group, earlier: Life, numbers: Numbers, rng: Random) -> Life:
    """Let a car that was sold here once come back in trade, with its own numbers."""
    site = group.site(earlier.facts["site"])
    story = _story(group, site, numbers, _life(rng, "appraised"), earlier.facts["model"])
    story.vin, story.plate = earlier.facts["vin"], earlier.facts["plate"]
    story.tell((("", intake.register), ("appraised", intake.appraise)))
    return story.life.ends(rng.uniform(4, 30), LONGEST)
