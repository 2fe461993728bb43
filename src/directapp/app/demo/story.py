"""Story: one car at one site, told phase by phase until it is where it should be today."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from directapp.app.demo.life import Known, Life, Person, Step
from directapp.app.demo.sites import Group, Site
from directapp.app.demo.stock import Model, Numbers
from directapp.app.demo.words import COMMENTS

# The vehicle registry, as the system that fills in what it knows.
REGISTRY = "registry"
# Working hours from the first step of any life to now.
LONGEST = 850.0
READY = ("ready_for_sale", "reserved", "sold")
Phase = Callable[["Story"], None]


@dataclass(slots=True, kw_only=True)
class Story:
    """The car, its people and its life so far."""

    life: Life
    group: Group
    site: Site
    kind: str
    target: str
    model: Model
    numbers: Numbers
    presold: bool
    full: bool
    needs: tuple[str, ...] = ("technical", "cosmetic")
    vin: str = ""
    plate: str = ""
    seller: str = ""
    mechanic: str = ""
    detailer: str = ""
    reception: str = ""
    waiting: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Give the car its numbers and its people."""
        self.vin = self.vin or self.numbers.vin(self.model.make)
        self.plate = self.plate or self.numbers.plate(self.model.fuel, self.rng)
        self.seller = self.someone("used_car_sales" if self.used else "new_car_sales", self.site)
        self.mechanic = self.someone("mechanic", self.prep)
        self.detailer = self.someone("detailer", self.prep)
        self.reception = self.someone("reception", self.prep)

    @property
    def rng(self) -> Random:
        """The story's own dice."""
        return self.life.rng

    @property
    def listed(self) -> bool:
        """Whether the car is inspected by a checklist: all that are here are, of those long gone some."""
        return self.full or self.life.target not in {"delivered", "archived"}

    @property
    def used(self) -> bool:
        """Whether the car is sold as a used one."""
        return self.kind in {"used", "certified"}

    @property
    def prep(self) -> Site:
        """The site that prepares the car."""
        return self.group.site(self.site.prep)

    @property
    def away(self) -> bool:
        """Whether another site prepares the car."""
        return self.site.prep != self.site.number

    @property
    def planner(self) -> str:
        """Who plans the work."""
        return self.someone("planner", self.prep)

    def someone(self, role: str, site: Site) -> str:
        """Return one of the people with a role at a site."""
        number = self.rng.randint(1, site.staff[role])
        return login(role, site.number, number)

    def comment(self, who: str, about: str, mention: str) -> None:
        """Write a comment on the car that mentions a colleague."""
        text = self.rng.choice(COMMENTS[about])
        self.life.make(who, "comments", car=Known("car"), text=text, mentions=[Person(mention)])

    def first(self, **values: Any) -> None:
        """Register the car."""
        self.life.steps.append(Step(self.life.hours, self.seller, "create", values, "cars", None, "car"))

    def tell(self, phases: tuple[tuple[str, Phase], ...]) -> None:
        """Go through the phases up to the one that leads to the target."""
        for status, phase in phases:
            phase(self)
            if status == self.target:
                return


def login(role: str, site: str, number: int = 1) -> str:
    """Return the part before the @ of a demo user's e-mail address."""
    suffix = f"-{number}" if number > 1 else ""
    return f"{role.replace('_', '-')}.{site}{suffix}"
