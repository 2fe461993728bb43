"""The hours that may still be used: by site, kind of work and day, by resource and day, and by agreement and week."""

from dataclasses import dataclass, field
from datetime import date

from directapp.domains.planning.engine.spans import HOUR, monday_of
from directapp.domains.planning.engine.world import Agreement, World


def _seconds(hours: float) -> int:
    return round(float(hours) * HOUR)


@dataclass(slots=True)
class Ledgers:
    """Seconds left in each ledger; what is not written there is not limited, unless a ledger is required."""

    required: bool
    sites: dict[tuple[str, str, date], int] = field(default_factory=dict)
    resources: dict[tuple[str, str, date], int] = field(default_factory=dict)
    agreements: dict[tuple[str, str, str], Agreement] = field(default_factory=dict)
    weeks: dict[tuple[str, str, str, date], int] = field(default_factory=dict)

    @classmethod
    def of(cls, world: World) -> "Ledgers":
        """Read the ledgers of a world."""
        made = cls(world.ledger_required)
        for row in world.ledgers:
            left = _seconds(row.allocated) - _seconds(row.used)
            if row.resource is None:
                made.sites[row.site, row.type, row.day] = left
            else:
                made.resources[row.resource, row.type, row.day] = left
        for agreed in world.agreements:
            if agreed.enabled:
                made.agreements[agreed.provider, agreed.consumer, agreed.type] = agreed
        for use in world.week_uses:
            week = use.provider, use.consumer, use.type, use.monday
            made.weeks[week] = made.weeks.get(week, 0) + _seconds(use.used)
        return made

    def site_left(self, site: str, kind: str, day: date) -> int | None:
        """Return the seconds that a site has left of a kind of work on a day; None where nothing limits them."""
        return self.sites.get((site, kind, day), 0 if self.required else None)

    def resource_left(self, resource: str, kind: str, day: date) -> int | None:
        """Return the seconds that a resource has left of a kind of work on a day; None where nothing limits them."""
        return self.resources.get((resource, kind, day))

    def agreement(self, provider: str, consumer: str, kind: str) -> Agreement | None:
        """Return the agreement that is in force between two sites."""
        return self.agreements.get((provider, consumer, kind))

    def week_left(self, provider: str, consumer: str, kind: str, day: date) -> int | None:
        """Return the seconds left of an agreement's week; None where it has no cap."""
        agreed = self.agreements.get((provider, consumer, kind))
        if agreed is None or agreed.hours_per_week is None:
            return None
        return _seconds(agreed.hours_per_week) - self.weeks.get((provider, consumer, kind, monday_of(day)), 0)

    def use(self, *, provider: str, consumer: str, resource: str, kind: str, day: date, seconds: int) -> None:
        """Count seconds as used, or given back where they are negative."""
        if (site := (provider, kind, day)) in self.sites:
            self.sites[site] -= seconds
        if (own := (resource, kind, day)) in self.resources:
            self.resources[own] -= seconds
        if provider != consumer:
            week = provider, consumer, kind, monday_of(day)
            self.weeks[week] = self.weeks.get(week, 0) + seconds
