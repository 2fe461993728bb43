"""Seed the demo tenants, once."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial

from directapp.app.container import Application
from directapp.app.demo.cast import ADMIN, fill_shelves, open_tenant, site_ids
from directapp.app.demo.drive import Director, perform_as, tuned
from directapp.app.demo.fleet import park_fleet
from directapp.app.demo.life import Stage
from directapp.app.demo.lives import all_lives
from directapp.app.demo.messages import settle_messages, tell_what_is_late
from directapp.app.demo.planning import correct_hours, lay_plan
from directapp.app.demo.sites import COAST, GROUPS, MOUNTAIN, Group
from directapp.app.demo.story import LONGEST, REGISTRY
from directapp.app.demo.worktime import Worktime
from directapp.domains import planning
from directapp.domains.people.fields import Tenants
from directapp.kernel.actor import system_actor
from directapp.services.jobs import acting
from directapp.store.database import Database

_MARK = "demo_seeded"
Progress = Callable[[str, int], None]


async def seed_demo(application: Application, tell: Progress, groups: Sequence[Group] = GROUPS) -> list[str]:
    """Make the demo tenants where they are missing, and return the lines with the logins.

    ``tell`` hears how far each has come, in percent.
    """
    missing = [g for g in groups if await application.auth.port.find_login(_admin(g)) is None]
    if missing:
        password_hash = await application.auth.passwords.hash(application.settings.demo_password)
        async with tuned(application.platform.database) as database:
            await asyncio.gather(*(play(application, database, group, password_hash, tell) for group in missing))
    return [
        *_lines(application.settings.demo_password),
        *[line for g in groups for line in await _broken_off(application, g)],
    ]


async def play(
    application: Application, database: Database, group: Group, password_hash: str, tell: Progress
) -> Director:
    """Open a tenant some months ago and play its cars' lives up to now."""
    time = Worktime(application.platform.clock())
    opened = time.at(-LONGEST - 9)
    tenant, cast = await open_tenant(application, group, opened, password_hash)
    sites = await site_ids(application, tenant)
    stage = Stage(
        time=time,
        sites=sites,
        people={key: actor.user for key, actor in cast.items() if actor.user is not None},
        parts=await fill_shelves(application, group, cast, opened),
        plan=await lay_plan(application, group, cast, sites, at=opened, now=time),
    )
    cast[REGISTRY] = system_actor(tenant, "demo")
    director = Director(application=application, tenant=tenant, database=database, stage=stage, cast=cast)
    await director.play(all_lives(group), partial(tell, group.name))
    await correct_hours(application, cast, time)
    morning = time.morning(time.day(0))
    await tell_what_is_late(director.pipeline(morning), tenant)
    async with acting(director.pipeline(time.now), tenant, planning.SYSTEM, "outlooks", "", None) as ctx:
        await planning.ask_for_all(ctx)
    await settle_messages(director.pipeline(time.now), tenant, morning)
    await park_fleet(application, tenant, cast, sites, group)
    await perform_as(application, cast[ADMIN], time.now, "tenants", {"settings": {_MARK: True}}, target=tenant)
    return director


async def _broken_off(application: Application, group: Group) -> list[str]:
    login = await application.auth.port.find_login(_admin(group))
    if login is None:
        return []
    async with application.auth.open(login[0]) as rows:
        settings = (await rows.look_up("tenants", login[0])).row[Tenants.settings]
    if (settings or {}).get(_MARK):
        return []
    return [f"The seeding of {group.name} was broken off. Its cars are not complete: begin with an empty data folder."]


def _admin(group: Group) -> str:
    return f"{ADMIN}@{group.domain}"


def _lines(password: str) -> list[str]:
    examples = ("new-car-sales.495", "used-car-sales.324", "parts.499", "reception.499", "planner.499", "mechanic.499")
    more = ("detailer.499", "sales-manager.490", "manager.490", "finance.490")
    return [
        f"Demo password: {password}",
        f"Administrator: {_admin(COAST)} (another company: {_admin(MOUNTAIN)})",
        f"People at {COAST.domain}: {', '.join((*examples, *more))}, and so on for every role and site",
    ]
