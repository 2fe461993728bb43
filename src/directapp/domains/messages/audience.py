"""Audience: who is told. Roles at the right site, people named on the record; active ones, each once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from directapp.declare.fields import SUBJECT_ID
from directapp.declare.names import Row, Values, plain, row_of
from directapp.domains.cars.fields import Cars
from directapp.domains.people.fields import ROLES, USERS, Users
from directapp.domains.people.roles import works_as
from directapp.services.command import CommandContext
from directapp.services.seen import Seen

# Whom a car itself names.
PEOPLE = (Cars.seller, Cars.assigned_mechanic, Cars.assigned_detailer)
_MOST = 2000
_BESIDE_PERSON = frozenset({"tenant_admin"})
_SITE_ROLES = frozenset(
    {"new_car_sales", "used_car_sales", "parts", "reception", "planner", "sales_manager", "manager", "finance"}
)


@dataclass(slots=True)
class Recipients:
    """The active people of some sites, and some named ones; picked from without asking again."""

    people: Mapping[UUID, Seen] = field(default_factory=dict)

    def at(self, site: object, *roles: str) -> list[Seen]:
        """Return those with one of the roles at a site."""
        wanted = set(roles)
        return [
            p
            for p in self.people.values()
            if p.row[Users.dealership] == site and wanted & set(p.row[Users.roles] or ())
        ]

    def named(self, *ids: object) -> list[Seen]:
        """Return those with these ids, where they are active."""
        return [self.people[i] for i in ids if isinstance(i, UUID) and i in self.people]

    def name_of(self, who: object) -> Seen | None:
        """Return a person, None where unknown."""
        return self.people.get(who) if isinstance(who, UUID) else None


async def load_recipients(
    ctx: CommandContext, *, sites: Iterable[object] = (), people: Iterable[object] = ()
) -> Recipients:
    """Load the active people of sites, and named ones wherever they work."""
    found: dict[UUID, Seen] = {}
    asked: tuple[tuple[str, Iterable[object]], ...] = ((Users.dealership, sites), (Users.id, people))
    for column, values in asked:
        wanted = list(dict.fromkeys(v for v in values if isinstance(v, UUID)))
        if wanted:
            search: Values = {column: wanted, Users.active: True}
            found |= {one.id: one for one in await ctx.find(USERS, search, system="pipeline", limit=_MOST, cached=True)}
    return Recipients({one.id: one for one in await as_they_work(ctx, list(found.values()))})


async def as_they_work(ctx: CommandContext, people: Sequence[Seen]) -> list[Seen]:
    """Return people with the roles by whose work they are notified: where one of the company's own is like another."""
    if not any(one.row.get(Users.custom_roles) for one in people):
        return list(people)
    own = [one.row for one in await ctx.find(ROLES, system="pipeline", limit=_MOST, cached=True)]
    return [
        Seen(one.collection, one.id, row_of({**plain(one.row), Users.roles: sorted(works_as(one.row, own))}))
        for one in people
    ]


def actor_of(ctx: CommandContext) -> UUID | None:
    """Return who caused the event, None where the system did."""
    given = ctx.params.get("user")
    return UUID(str(given)) if given else None


def may_follow(person: Seen, car: Row) -> bool:
    """Whether a person has to do with a car: named on it, or with a role at one of its sites."""
    roles = set(person.row[Users.roles] or ())
    if roles & _BESIDE_PERSON or person.id in {car.get(n) for n in PEOPLE}:
        return True
    sites = {car.get(n) for n in (Cars.dealership, Cars.original_dealership, Cars.prep_center)}
    return bool(roles & _SITE_ROLES) and person.row[Users.dealership] in sites


def may_read(person: Seen, comment: Seen, car: Row | None) -> bool:
    """Whether a person is surely one of those who see what a comment is about, of a car or of none."""
    if car is not None:
        return may_follow(person, car)
    return bool(_BESIDE_PERSON & set(person.row[Users.roles] or ())) or person.id == comment.row.get(SUBJECT_ID)
