"""A car's life as a list of steps: who does what, when, in working hours that end at a chosen age."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any
from uuid import UUID

from directapp.app.demo.worktime import Worktime

if TYPE_CHECKING:
    from directapp.app.demo.planning import Plan

PHOTO = "photo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Where the lives are played: the time axis, and the ids of sites, people and stock items, the plan."""

    time: Worktime
    sites: Mapping[str, UUID]
    people: Mapping[str, UUID]
    parts: Mapping[tuple[str, str], UUID]
    plan: "Plan"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A step being played: whose life, and when."""

    stage: Stage
    life: "Life"
    at: datetime
    hours: float

    def value(self, said: Any) -> Any:
        """Return what an interface would send for what a story says."""
        if isinstance(said, list):
            return [self.value(one) for one in said]
        return said.of(self) if isinstance(said, Said) else said


class Said:
    """Something a story says that is only known when it is played."""

    def of(self, scene: Scene) -> Any:
        """Return its value in a scene."""
        raise NotImplementedError


class Now(Said):
    """The moment of the step."""

    def of(self, scene: Scene) -> Any:
        """Return the moment."""
        return scene.at


@dataclass(frozen=True, slots=True)
class Ahead(Said):
    """A moment some working hours after the step."""

    hours: float

    def of(self, scene: Scene) -> Any:
        """Return the moment."""
        return scene.stage.time.at(scene.hours + self.hours)


@dataclass(frozen=True, slots=True)
class DaysAhead(Said):
    """A day some days after the step."""

    days: int

    def of(self, scene: Scene) -> Any:
        """Return the day."""
        return scene.stage.time.day(scene.hours) + timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class ReadyDay(Said):
    """The day the car is or would be ready by its story, and some days."""

    days: int

    def of(self, scene: Scene) -> Any:
        """Return the day."""
        return scene.stage.time.day(scene.life.ready_hours) + timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class At(Said):
    """A site, by number."""

    site: str

    def of(self, scene: Scene) -> Any:
        """Return its id."""
        return scene.stage.sites[self.site]


@dataclass(frozen=True, slots=True)
class Person(Said):
    """A user, by the part of the e-mail address before the @."""

    key: str

    def of(self, scene: Scene) -> Any:
        """Return the user's id."""
        return scene.stage.people[self.key]


@dataclass(frozen=True, slots=True)
class Part(Said):
    """A stock item of a site, by its number."""

    site: str
    number: str

    def of(self, scene: Scene) -> Any:
        """Return its id."""
        return scene.stage.parts[self.site, self.number]


@dataclass(frozen=True, slots=True)
class Known(Said):
    """A record that an earlier step made, in this life or in another."""

    name: str
    life: "Life | None" = None

    def of(self, scene: Scene) -> Any:
        """Return its id."""
        return (self.life or scene.life).records[self.name]


@dataclass(frozen=True, slots=True)
class Step:
    """One intent: ``on`` names the record it is done to, ``keep`` what its answer is remembered as."""

    hours: float
    who: str
    verb: str
    values: Mapping[str, Any]
    collection: str = "cars"
    on: str | None = "car"
    keep: str | None = None


@dataclass(slots=True, kw_only=True, eq=False)
class Life:
    """What happens to one car, told forward from hour 0; ``ends`` moves the last step to its age."""

    rng: Random
    target: str
    hours: float = 0.0
    ready: float | None = None
    shift: float = 0.0
    squeeze: float = 1.0
    steps: list[Step] = field(default_factory=list)
    records: dict[str, UUID] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)

    def wait(self, low: float, high: float) -> None:
        """Let working hours pass."""
        self.hours += self.rng.uniform(low, high)

    def chance(self, share: float) -> bool:
        """Whether something happens that happens to this share of cars."""
        return self.rng.random() < share

    def step(self, who: str, verb: str, /, **values: Any) -> None:
        """Do something to the car."""
        self.steps.append(Step(self.hours, who, verb, values))

    def note(self, who: str, **values: Any) -> None:
        """Change the car."""
        self.step(who, "update", **values)

    def photo(self, who: str, stage: str, title: str, plate: str, *, damage: bool = False) -> None:
        """Take a photo and put it on the car."""
        values = {"title": title, "color": self.steps[0].values["color"], "plate": plate, "damage": damage}
        self.steps.append(Step(self.hours, who, PHOTO, values, "files", None, "photo"))
        self.make(who, "car_files", car=Known("car"), file=Known("photo"), stage=stage)

    def make(self, who: str, collection: str, keep: str | None = None, /, **values: Any) -> None:
        """Create a record beside the car."""
        self.steps.append(Step(self.hours, who, "create", values, collection, None, keep))

    def act(
        self, who: str, collection: str, verb: str, /, *, on: str | None = None, keep: str | None = None, **values: Any
    ) -> None:
        """Do something to a record beside the car, or to its collection."""
        self.steps.append(Step(self.hours, who, verb, values, collection, on, keep))

    def ends(self, age: float, longest: float) -> "Life":
        """Place the last step ``age`` working hours before now, and the first no more than ``longest``."""
        last = max((s.hours for s in self.steps), default=0.0)
        self.squeeze = min(1.0, (longest - age) / last) if last else 1.0
        self.shift = -age - last * self.squeeze
        return self

    def when(self, step: Step) -> float:
        """Return the working hours from now of a step."""
        return self.shift + step.hours * self.squeeze

    @property
    def ready_hours(self) -> float:
        """When the car is or would be ready, in working hours from now."""
        if self.ready is None:
            return max(8.0, self.shift + self.hours * self.squeeze + 40)
        return self.shift + self.ready * self.squeeze
