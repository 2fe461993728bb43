"""What a demo’s pictures show beside its story: links for people outside, a webhook that is not reached, rules."""

from typing import Any
from uuid import UUID

from directapp.app.container import Application
from directapp.domains.people.principal import load_actor
from directapp.kernel.actor import Actor
from directapp.services.intent import Intent
from directapp.services.jobs import acting

_UNDER_WAY = ("technical_prep", "cosmetic_prep", "planned", "ready_to_plan", "inspection_approved")
_DOMAIN = "demo.directapp.no"
_RULES: tuple[dict[str, Any], ...] = (
    {
        "name": "Audi først i køen",
        "event": "car.identified",
        "conditions": "Merke = Audi\nBiltype = Nybil",
        "action": "set_field",
        "set_field": "priority",
        "set_value": "Høy",
    },
    {
        "name": "Si fra om dyre biler",
        "event": "car.ready",
        "conditions": "sale_price > 500000",
        "action": "notify",
        "notify_role": "sales_manager",
        "message": "Se over før utlevering",
    },
)


async def go_on_behind(application: Application) -> dict[str, str]:
    """Make them in the demo's company; return the addresses of the pages without a sign-in."""
    for tenant in await application.platform.database.tenants():
        people = await _people(application, tenant)
        if len(people) < 3:
            continue
        admin, seller, planner = people
        for name, address in (("Regnskap", "http://127.0.0.1:9/hendelser"), ("Annonser", "https://annonser.example/")):
            hears = {"name": name, "url": address, "events": ["car.sold", "car.delivered", "car.identified"]}
            made = await _do(application, admin, "webhooks", "subscribe", **hears)
            if name == "Regnskap":
                await _do(application, admin, "webhooks", "ping", made)
        for rule in _RULES:
            made = await _do(application, admin, "workflow_rules", "create", **rule)
            await _do(application, admin, "workflow_rules", "dry_run", made)
        await application.schedules.once(tenant)
        await application.dispatcher.drain(tenant)
        await _do(application, admin, "workflow_rules", "switch_on", made)
        return await _links(application, tenant, seller, planner)
    return {}


async def _people(application: Application, tenant: UUID) -> list[Actor]:
    found = []
    for name in ("admin", "new-car-sales.495", "planner.499"):
        async with acting(application.platform.pipeline, tenant, "pipeline", "pictures", "", None) as ctx:
            rows = await ctx.find("users", {"email": f"{name}@{_DOMAIN}"}, limit=1)
        if rows:
            async with application.auth.open(tenant) as auth:
                found.append(await load_actor(auth, tenant, rows[0].id))
    return found


async def _links(application: Application, tenant: UUID, seller: Actor, planner: Actor) -> dict[str, str]:
    async with acting(application.platform.pipeline, tenant, "pipeline", "pictures", "", None) as ctx:
        (site,) = await ctx.find("dealerships", {"number": "495"}, limit=1)
        (car, *_) = await ctx.find(
            "cars", {"status": list(_UNDER_WAY), "dealership": site.id, "car_type": "new"}, limit=1
        )
    shared = await _do(application, seller, "status_links", "share", car=str(car.id))
    item = await _do(
        application,
        planner,
        "work_items",
        "create",
        car=str(car.id),
        description="Lakkere støtfanger bak",
        kind="paint",
    )
    asked = {"vendor_name": "Lakk og Lim", "email": "lakk@example.test", "note": "Nøkkelen henger i skap 4."}
    vendor = await _do(application, planner, "vendor_links", "ask", work_item=str(item), **asked)
    token = application.post.capabilities.token
    return {
        "status": f"/status/{token('status', tenant, shared)}",
        "vendor": f"/vendor/{token('vendor', tenant, vendor)}",
    }


async def _do(
    application: Application, actor: Actor, collection: str, verb: str, target: UUID | None = None, **patch: Any
) -> UUID:
    intent = Intent(actor=actor, collection=collection, verb=verb, target=target, patch=patch, origin="pictures")
    record = (await application.platform.pipeline.perform(intent)).record
    assert record is not None
    return record
