"""The people and sites of a demo tenant, set up by its administrator."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any
from uuid import UUID

from directapp.app.container import Application
from directapp.app.demo.drive import perform_as
from directapp.app.demo.sites import GOALS, Group, Site
from directapp.app.demo.stock import phone
from directapp.app.demo.story import login
from directapp.app.demo.words import FIRST, LAST, PARTS
from directapp.domains.people.fields import Dealerships
from directapp.domains.people.issue import store_password
from directapp.domains.people.principal import build_actor
from directapp.domains.workshop import SEED_TEMPLATES
from directapp.kernel.actor import Actor, system_actor
from directapp.kernel.ids import uuid7

ADMIN = "admin"
_ALL = 1000


@dataclass(slots=True, kw_only=True)
class Opening:
    """A tenant being opened at a moment, some months ago."""

    application: Application
    group: Group
    at: datetime
    tenant: UUID

    async def create(self, actor: Actor, collection: str, **values: Any) -> UUID:
        """Create a record at that moment."""
        return await perform_as(self.application, actor, self.at, collection, values)


async def open_tenant(
    application: Application, group: Group, at: datetime, password_hash: str
) -> tuple[UUID, dict[str, Actor]]:
    """Make a tenant with its sites, people, checklists; return its id and who is who."""
    opening = Opening(application=application, group=group, at=at, tenant=uuid7())
    demo = system_actor(opening.tenant, "demo")
    # The demo is tried with a password alone: whoever signs in holds no telephone of its people.
    await opening.create(demo, "tenants", id=str(opening.tenant), name=group.name, second_factor_roles=[])
    rng = Random(group.seed)  # noqa: S311 - the same people every time
    names = _names(rng)
    await opening.create(demo, "users", email=f"{ADMIN}@{group.domain}", roles=["tenant_admin"], **next(names))
    admin = (await actors(application, opening.tenant))[ADMIN]
    sites = await _sites(opening, admin)
    for site in group.sites:
        for role, count in site.staff.items():
            for number in range(1, count + 1):
                key = login(role, site.number, number)
                await _hire(opening, admin, key, roles=[role], dealership=sites[site.number], **next(names))
    for template in SEED_TEMPLATES:
        await opening.create(admin, "inspection_templates", **template)
    cast = await actors(application, opening.tenant)
    async with application.auth.port.open(demo) as rows:
        for actor in cast.values():
            if actor.user is not None:
                await store_password(rows, actor.user, password_hash)
    return opening.tenant, cast


def _names(rng: Random) -> Any:
    taken: set[str] = set()
    number = 0
    while True:
        first, last = rng.choice(FIRST), rng.choice(LAST)
        if f"{first} {last}" not in taken:
            taken.add(f"{first} {last}")
            number += 1
            yield {"first_name": first, "last_name": last, "phone": phone(number)}


async def _sites(opening: Opening, admin: Actor) -> dict[str, UUID]:
    made: dict[str, UUID] = {}
    for site in opening.group.sites:
        made[site.number] = await opening.create(admin, "dealerships", **_site_values(site, made))
    return made


def _site_values(site: Site, made: Mapping[str, UUID]) -> dict[str, Any]:
    return {
        "number": site.number,
        "code": site.code,
        "name": site.name,
        "location": site.location,
        "dealership_type": site.kind,
        "functions": list(site.functions),
        "brands": list(site.brands),
        "phone": phone(int(site.number)),
        "parent_dealership": made.get(site.parent or ""),
        "prep_center": made.get(site.prep),
        "brand_colors": {"primary": site.colors[0], "secondary": site.colors[1]},
        "stage_goals": GOALS,
        "archive_after_days": site.archive_after_days,
        "quality_check": site.quality_check,
    }


async def _hire(opening: Opening, admin: Actor, key: str, **values: Any) -> None:
    sells = {"seller_number": key.rpartition(".")[2].replace("-", "0")} if "-car-sales." in key else {}
    await opening.create(
        admin,
        "users",
        email=f"{key}@{opening.group.domain}",
        language=opening.group.languages.get(key, "nb"),
        **values,
        **sells,
    )


async def actors(application: Application, tenant: UUID) -> dict[str, Actor]:
    """Return the people of a tenant as actors, by the part of their e-mail address before the @."""
    async with application.auth.open(tenant) as rows:
        users = [u.row for u in await rows.find("users", limit=_ALL)]
        sites = [s.row for s in await rows.find("dealerships", limit=_ALL)]
    return {u["email"].partition("@")[0]: build_actor(tenant, u, sites) for u in users}


async def site_ids(application: Application, tenant: UUID) -> dict[str, UUID]:
    """Return the sites of a tenant by number."""
    async with application.auth.open(tenant) as rows:
        return {s.row[Dealerships.number]: s.row[Dealerships.id] for s in await rows.find("dealerships", limit=_ALL)}


async def fill_shelves(
    application: Application, group: Group, cast: Mapping[str, Actor], at: datetime
) -> dict[tuple[str, str], UUID]:
    """Let the parts people of the prep centres take stock; return the items by site and part number."""
    rng, shelves = Random(group.seed), {}  # noqa: S311 - the same stock every time
    for site in group.sites:
        if site.prep != site.number:
            continue
        keeper = cast[login("parts", site.number)]
        for number, name, cost, supplier in PARTS:
            values = {"part_number": number, "name": name, "cost": cost, "supplier": supplier}
            levels = {
                "available": rng.randint(0, 12),
                "reorder_point": 3,
                "bin": f"H{rng.randint(1, 9)}-{rng.randint(1, 20)}",
            }
            shelves[site.number, number] = await perform_as(application, keeper, at, "parts_inventory", values | levels)
    return shelves
