"""Many cars, quickly: set-based inserts through the weak role, as the demo system actor."""

from dataclasses import dataclass
from uuid import UUID

import asyncpg

from directapp.kernel.actor import Actor, system_actor
from directapp.kernel.ids import uuid7
from directapp.store.database import Database

SITES = 8
ROLES = (
    "new_car_sales", "used_car_sales", "parts", "reception", "planner", "mechanic", "detailer", "sales_manager",
    "manager", "finance", "tenant_admin",
)  # fmt: skip
_CHUNK = 20_000


@dataclass(frozen=True)
class Seeded:
    """A tenant of the benchmark: its sites and one person of each role at the first site."""

    tenant: UUID
    sites: list[UUID]
    people: dict[str, Actor]


async def seed(database: Database, cars: int, *, living: int = 20) -> Seeded:
    """Fill a new tenant with sites, people and this many cars; one in ``living`` is alive, the others archived."""
    tenant = uuid7()
    demo = system_actor(tenant, "demo")
    sites = [uuid7() for _ in range(SITES)]
    users = {role: uuid7() for role in ROLES}
    async with database.unit(demo) as unit:
        await unit.value(
            "INSERT INTO tenants (tenant_id, id, name, second_factor_roles) VALUES ($1, $1, 'Bench', '{}')", tenant
        )
        for place, site in enumerate(sites):
            await unit.value(
                "INSERT INTO dealerships (tenant_id, id, number, name, dealership_type, active, brands)"
                " VALUES ($1, $2, $3, $4, 'sales_and_prep', true, '{Audi}')",
                tenant, site, str(400 + place), f"Bench {place}",
            )  # fmt: skip
        for role, user in users.items():
            await unit.value(
                "INSERT INTO users (tenant_id, id, first_name, last_name, email, roles, dealership, active, language)"
                " VALUES ($1, $2, $3, 'Bench', $4, $5, $6, true, 'nb')",
                tenant, user, role, f"{role.replace('_', '-')}.{tenant.hex[-12:]}@bench.test", [role], sites[0],
            )  # fmt: skip
    for start in range(0, cars, _CHUNK):
        async with database.unit(demo) as unit:
            await unit.fetch(_CARS, tenant, sites, list(users.values()), start, min(start + _CHUNK, cars) - 1, living)
            await unit.fetch(_TOKENS, tenant, start, min(start + _CHUNK, cars) - 1)
    people = {
        role: Actor(
            tenant=tenant, user=user, name=role, roles=frozenset({role}), site=sites[0], sites=frozenset({sites[0]}),
            brands=frozenset({"Audi"}),
        )
        for role, user in users.items()
    }  # fmt: skip
    return Seeded(tenant, sites, people)


async def analyse(owner_dsn: str) -> None:
    """Let PostgreSQL look at what was poured in."""
    connection = await asyncpg.connect(owner_dsn)
    try:
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


# One car in twenty is alive: a site's own year against its archive.
_CARS = """
INSERT INTO cars (tenant_id, id, vin, license_plate, make, model, variant, model_year, color, car_type, order_number,
  delivery_date, priority, needs_technical, needs_cosmetic, customer_name, customer_kind, customer_phone, dealership,
  original_dealership, seller, prep_center, status, status_since, parts_status, sale_price, purchase_price,
  seller_notes, in_vehicle_bank, visibility, arrived_prep_center_at, inspection_completed_at, inspection_approved,
  assigned_mechanic, assigned_detailer, scheduled_technical_start, version, created_at, updated_at)
SELECT $1::uuid, md5($1::uuid::text || n)::uuid, 'BNC' || lpad(upper(translate(to_hex(n), 'oiq', 'abc')), 14, '0'),
  'EL' || (10000 + n % 90000), (ARRAY['Audi','Volkswagen','Skoda','Nissan'])[n % 4 + 1],
  (ARRAY['Q4','ID.4','Enyaq','Ariya'])[n % 4 + 1], 'Edition', 2024 + n % 3, 'Svart',
  (ARRAY['new','used','demo','certified'])[n % 4 + 1], 'B' || n, date '2026-11-20' + n % 60, 'normal', true, true,
  'Kunde ' || n, 'person', '+4791' || lpad((n % 1000000)::text, 6, '0'), ($2::uuid[])[n % 8 + 1],
  ($2::uuid[])[n % 8 + 1], ($3::uuid[])[1], ($2::uuid[])[n % 8 + 1],
  CASE WHEN n % $6::int > 0 THEN 'archived' ELSE (ARRAY['registered','in_transit','inspection','ready_to_plan',
  'planned','technical_prep','cosmetic_prep','quality_check','ready_for_delivery','sold'])[(n / $6::int) % 10 + 1] END,
  now() - make_interval(mins => n % 400000), 'none', 349900, 280000, 'Kunden ringer på fredag', n % 10 = 0, 'global',
  now() - make_interval(mins => n % 400000), now() - make_interval(mins => n % 400000), true,
  CASE WHEN (n / $6::int) % 10 IN (4, 5) AND n % 40 = 0 THEN ($3::uuid[])[6] END,
  CASE WHEN (n / $6::int) % 10 IN (4, 5) AND n % 40 = 0 THEN ($3::uuid[])[7] END,
  now() - make_interval(mins => n % 400000), 1, now() - make_interval(mins => n % 400000),
  now() - make_interval(secs => n)
FROM generate_series($4::int, $5::int) n
"""
_TOKENS = """
INSERT INTO search_tokens (tenant_id, collection, record, field, token)
SELECT $1::uuid, 'cars', md5($1::uuid::text || n)::uuid, f.field, f.token FROM generate_series($2::int, $3::int) n,
LATERAL (VALUES ('vin', 'bnc' || lpad(translate(to_hex(n), 'oiq', 'abc'), 14, '0')),
 ('license_plate', 'el' || (10000 + n % 90000)), ('order_number', 'b' || n), ('customer_name', 'kunde'),
 ('customer_name', n::text)) f(field, token)
"""
