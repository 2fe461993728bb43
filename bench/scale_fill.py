"""A dealer group with a long past, made inside PostgreSQL: cars and what hangs on them, a million in some minutes."""

from dataclasses import dataclass
from uuid import UUID, uuid5

import asyncpg

from directapp.app.spec import load_spec
from directapp.domains.people.passwords import Passwords
from directapp.kernel.actor import system_actor
from directapp.kernel.clock import utc_now
from directapp.services.intent import Intent
from directapp.services.pipeline import Pipeline
from directapp.store.database import Database
from directapp.store.migrate import bring_up_to_date
from directapp.store.names import copy_of

TENANT = UUID("01900000-0000-7000-8000-000000000001")
PASSWORD = "bench-klargjort-2026"
SITES, PREPARED_AT = 24, 4
ROLES = (
    "new_car_sales", "used_car_sales", "parts", "reception", "planner", "mechanic", "detailer", "sales_manager",
    "manager", "finance", "tenant_admin",
)  # fmt: skip
SPEC = load_spec()
# One car in twenty is alive; the others were sold over the last twenty years.
LIVING = 20


@dataclass(frozen=True)
class Filled:
    """The people of the first site, which sells and prepares: role to e-mail."""

    emails: dict[str, str]


def email_of(role: str, site: int = 0) -> str:
    """Return the address of a role's person at a site."""
    return f"{role.replace('_', '-')}.{site}@scale.test"


def place(number: int) -> UUID:
    """Return the id of a site."""
    return uuid5(TENANT, f"site {number}")


def person(role: str, site: int) -> UUID:
    """Return the id of a person."""
    return uuid5(TENANT, f"{role} {site}")


async def fill(owner: str, weak: str, cars: int) -> Filled:
    """Bring an empty database to the schema and fill it.

    Tables are filled before row-level security shuts the owner out, without indexes and foreign keys, which are
    made afterwards; the search's index is what bringing a database up to date makes.
    """
    spec = SPEC
    await bring_up_to_date(spec, owner, utc_now(), policies=False)
    connection = await asyncpg.connect(owner)
    try:
        await connection.execute("SET maintenance_work_mem = '512MB'; SET synchronous_commit = off")
        undo = await _bare(connection)
        await connection.execute(_ID)
        await _people(connection)
        for statement in (_CARS, *_CHILDREN, _AUDIT):
            await connection.execute(_bound(statement, cars))
        for statement in undo:
            await connection.execute(statement)
    finally:
        await connection.close()
    await bring_up_to_date(spec, owner, utc_now())
    connection = await asyncpg.connect(owner)
    try:
        await connection.execute("SET maintenance_work_mem = '512MB'")
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()
    stored = await Passwords().hash(PASSWORD)
    async with Database(spec, weak, size=2) as database:
        pipeline, demo = Pipeline(spec, database), system_actor(TENANT, "demo")
        for role in ROLES:
            patch = {"user": str(person(role, 0)), "password_hash": stored}
            intent = Intent(actor=demo, collection="credentials", verb="create", origin="cli", patch=patch)
            await pipeline.perform(intent)
    connection = await asyncpg.connect(owner)
    try:
        await connection.execute("ANALYZE credentials")
    finally:
        await connection.close()
    return Filled({role: email_of(role) for role in ROLES})


async def _bare(connection: asyncpg.Connection) -> list[str]:
    """Take indexes, foreign keys and exclusions off, and return the statements that bring them back."""
    keys = await connection.fetch(
        "SELECT conrelid::regclass::text AS t, quote_ident(conname) AS name, pg_get_constraintdef(oid) AS made"
        " FROM pg_constraint WHERE contype IN ('f', 'x') AND connamespace = 'public'::regnamespace"
        " AND conparentid = 0 ORDER BY contype DESC, conname"
    )
    indexes = await connection.fetch(
        "SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS made FROM pg_index i"
        " JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = 'public' AND NOT i.indisprimary AND c.relkind = 'r' AND NOT c.relispartition"
        " AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid) ORDER BY 1"
    )
    for key in keys:
        await connection.execute(f"ALTER TABLE {key['t']} DROP CONSTRAINT {key['name']}")
    for index in indexes:
        await connection.execute(f"DROP INDEX {index['name']}")
    made = [i["made"] for i in indexes]
    exclusions = [k for k in keys if k["made"].startswith("EXCLUDE")]
    foreign = [k for k in keys if not k["made"].startswith("EXCLUDE")]
    return [*made, *(f"ALTER TABLE {k['t']} ADD CONSTRAINT {k['name']} {k['made']}" for k in (*exclusions, *foreign))]


async def _people(connection: asyncpg.Connection) -> None:
    prepared = [place(n - n % PREPARED_AT) for n in range(SITES)]
    await connection.executemany(
        "INSERT INTO dealerships (tenant_id, id, number, name, dealership_type, active, brands, prep_center,"
        " does_own_prep) VALUES ($1, $2, $3, $4, $5, true, '{Audi,Volkswagen}', $6, $7)",
        [
            (TENANT, place(n), str(400 + n), f"Bilhuset {n}", "sales_only" if n % PREPARED_AT else "sales_and_prep",
             prepared[n], n % PREPARED_AT == 0)
            for n in range(SITES)
        ],
    )  # fmt: skip
    await connection.executemany(
        "INSERT INTO users (tenant_id, id, first_name, last_name, email, roles, dealership, active, language)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, true, 'nb')",
        [
            (TENANT, person(r, n), r.title(), f"Nummer {n}", email_of(r, n), [r], place(n))
            for n in range(SITES)
            for r in ROLES
        ],
    )
    await connection.executemany(
        "INSERT INTO login_directory (email, tenant_id, user_id) VALUES ($1, $2, $3)",
        [(email_of(r, 0), TENANT, person(r, 0)) for r in ROLES],
    )
    await connection.executemany(
        "INSERT INTO resource_types (tenant_id, id, code, name_nb, name_en, work, default_hours, is_productive,"
        ' bookable, requires_assignment, "order") VALUES ($1, $2, $3, $4, $4, $3, 2, true, true, true, 1)',
        [(TENANT, uuid5(TENANT, w), w, w.title()) for w in ("technical", "cosmetic")],
    )
    hands = [(r, w, n) for n in range(SITES) for r, w in (("mechanic", "technical"), ("detailer", "cosmetic"))]
    await connection.executemany(
        "INSERT INTO resources (tenant_id, id, name, dealership, kind, person, does, capacity, available)"
        " VALUES ($1, $2, $3, $4, 'person', $5, $6, 1, true)",
        [(TENANT, uuid5(TENANT, f"{r} at {n}"), f"{r} {n}", place(n), person(r, n), [w]) for r, w, n in hands],
    )
    days = ("1", "2", "3", "4", "5")
    await connection.executemany(
        "INSERT INTO working_hours (tenant_id, id, resource, weekday, starts, ends)"
        " VALUES ($1, $2, $3, $4, '07:30', '15:30')",
        [
            (TENANT, uuid5(TENANT, f"{r} {n} {d}"), uuid5(TENANT, f"{r} at {n}"), d)
            for r, _, n in hands
            for d in days
        ],
    )  # fmt: skip


def _uuids(values: list[UUID]) -> str:
    return "ARRAY[" + ",".join(f"'{v}'" for v in values) + "]::uuid[]"


def _bound(statement: str, cars: int) -> str:
    """Write the constants of the group into a statement."""
    constants = {
        "{tenant}": f"'{TENANT}'::uuid",
        "{cars}": str(cars),
        "{living}": str(LIVING),
        "{sites}": str(SITES),
        "{places}": _uuids([place(n) for n in range(SITES)]),
        "{preps}": _uuids([place(n - n % PREPARED_AT) for n in range(SITES)]),
        "{sellers}": _uuids([person("new_car_sales" if n % 2 else "used_car_sales", n) for n in range(SITES)]),
        "{mechanics}": _uuids([person("mechanic", n - n % PREPARED_AT) for n in range(SITES)]),
        "{detailers}": _uuids([person("detailer", n - n % PREPARED_AT) for n in range(SITES)]),
        "{planners}": _uuids([person("planner", n - n % PREPARED_AT) for n in range(SITES)]),
        "{bays}": _uuids([uuid5(TENANT, f"mechanic at {n - n % PREPARED_AT}") for n in range(SITES)]),
        "{technical}": f"'{uuid5(TENANT, 'technical')}'::uuid",
    }
    for name, value in constants.items():
        statement = statement.replace(name, value)
    return statement


# As uuid7: the time first, so that what is made later stands later.
_ID = """
CREATE OR REPLACE FUNCTION pg_temp.made_at(at timestamptz, salt text) RETURNS uuid LANGUAGE sql STABLE AS $$
  SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(md5(salt), 1, 3)
    || '8' || substr(md5(salt), 4, 15))::uuid $$
"""
# The living were ordered within the last two hundred days, the others before, back to twenty years ago.
_CARS = """
INSERT INTO cars (tenant_id, id, vin, license_plate, make, model, variant, model_year, color, car_type, order_number,
  delivery_date, priority, needs_technical, needs_cosmetic, customer_name, customer_kind, customer_phone,
  customer_email, customer_language, consent_sms, dealership, original_dealership, current_location, seller,
  prep_center, status, status_since, archived_at, parts_status, sale_price, purchase_price, prep_cost, margin,
  seller_notes, in_vehicle_bank, visibility, sent_at, arrived_prep_center_at, inspection_started_at,
  inspection_completed_at, inspection_approved, scheduled_technical_start, estimated_technical_hours,
  assigned_mechanic, assigned_detailer, technical_started_at, technical_completed_at, cosmetic_started_at,
  cosmetic_completed_at, quality_checked_at, ready_for_delivery_at, sold_at, delivered_to_customer_at, version,
  created_at, updated_at)
SELECT {tenant}, pg_temp.made_at(t, 'car' || n), 'WSC' || lpad(upper(translate(to_hex(n), 'oiq', 'abc')), 14, '0'),
  CASE WHEN n % 676 < 26 THEN 'E' ELSE 'D' END || chr(65 + n % 26) || (10000 + n % 90000),
  (ARRAY['Audi','Volkswagen','Skoda','Nissan'])[n % 4 + 1],
  (ARRAY['Q4','ID.4','Enyaq','Ariya'])[n % 4 + 1], 'Edition', extract(year FROM t), 'Svart',
  (ARRAY['new','used','demo','certified'])[n % 7 % 4 + 1], 'S' || n, (t + interval '30 days')::date, 'normal', true,
  true, 'Kunde ' || (ARRAY['Hansen','Olsen','Nilsen','Berg','Dahl','Lie'])[n % 6 + 1] || ' ' || n, 'person',
  '+479' || lpad((n % 10000000)::text, 7, '0'), 'kunde' || n || '@scale.test', 'nb', true,
  ({places})[n % {sites} + 1], ({places})[n % {sites} + 1], ({preps})[n % {sites} + 1], ({sellers})[n % {sites} + 1],
  ({preps})[n % {sites} + 1], s, CASE WHEN living THEN now() - make_interval(hours => n % 700) ELSE t + d * 41 END,
  CASE WHEN s = 'archived' THEN t + d * 41 END, 'none', 300000 + n % 90000, 250000 + n % 90000, 4000, 46000,
  'Kunden ringer på fredag', n % 10 = 0, (ARRAY['global','brand','private'])[n % 3 + 1], t + d * 2, t + d * 3,
  t + d * 4, CASE WHEN at > 2 THEN t + d * 5 END, CASE WHEN at > 2 THEN true END,
  CASE WHEN at > 3 THEN t + d * 8 END, 2,
  CASE WHEN at > 3 THEN ({mechanics})[n % {sites} + 1] END, CASE WHEN at > 3 THEN ({detailers})[n % {sites} + 1] END,
  CASE WHEN at > 4 THEN t + d * 8 END, CASE WHEN at > 5 THEN t + d * 9 END, CASE WHEN at > 5 THEN t + d * 10 END,
  CASE WHEN at > 6 THEN t + d * 11 END, CASE WHEN at > 7 THEN t + d * 12 END, CASE WHEN at > 7 THEN t + d * 13 END,
  CASE WHEN at > 8 THEN t + d * 14 END, CASE WHEN NOT living THEN t + d * 20 END, 3, t,
  CASE WHEN living THEN now() - make_interval(secs => n % 8000000) ELSE t + d * 41 END
FROM (SELECT n, living, interval '1 day' AS d, CASE WHEN living THEN n / {living} % 10 ELSE 9 END AS at,
    CASE WHEN living THEN (ARRAY['registered','in_transit','inspection','ready_to_plan','planned','technical_prep',
      'cosmetic_prep','quality_check','ready_for_delivery','sold'])[n / {living} % 10 + 1] ELSE 'archived' END AS s,
    CASE WHEN living THEN now() - make_interval(mins => (n::bigint * 288000 / {cars})::int)
      ELSE now() - interval '210 days' - make_interval(mins => (({cars} - n)::bigint * 10300000 / {cars})::int) END AS t
  FROM (SELECT n, n % {living} = 0 AS living FROM generate_series(1, {cars}) n) k) x
"""


def _child(table: str, count: int, age: str, columns: dict[str, str], where: str = "true") -> str:
    """Return the statement that gives every car of a kind so many rows; ``at`` is the moment of one."""
    if table in SPEC.copies:
        columns |= {copy_of("car", name): f"c.{name}" for name in SPEC["cars"].declared.sight}
    names = ", ".join(f'"{name}"' for name in columns)
    return (
        f"INSERT INTO {table} (tenant_id, id, car, created_at, updated_at, {names})"
        f" SELECT {{tenant}}, pg_temp.made_at(c.at, '{table}' || c.id || c.k), c.id, c.at, c.at,"
        f" {', '.join(columns.values())} FROM (SELECT c.*, k, c.created_at + {age} AS at FROM cars c"
        f" CROSS JOIN generate_series(1, {count}) k) c WHERE ({where}) AND c.at < now()"
    )


_STATES = "(ARRAY['registered','in_transit','inspection','planned','technical_prep','ready_for_delivery'])[c.k]"
_SITES = {"dealership": "c.dealership", "prep_center": "c.prep_center"}
_RECENT = "c.created_at > now() - interval '5 years'"
_CHILDREN = (
    _child(
        "car_stages", 4, "k * interval '2 days'",
        {"status": _STATES, "entered_at": "c.at - interval '2 days'", "left_at": "c.at", **_SITES},
    ),
    _child(
        "files", 1, "k * interval '3 days'",
        {"name": "'bilde.jpg'", "media_type": "'image/jpeg'", "size_bytes": "200000", "storage_key": "'a/b'",
         "purpose": "'car'", "sha256": "md5(c.id::text || c.k)"},
    ),
    (
        "INSERT INTO car_files (tenant_id, id, car, file, stage, created_at, updated_at, created_by, "
        + ", ".join(copy_of("car", name) for name in SPEC["cars"].declared.sight)
        + ") SELECT f.tenant_id, f.id, f.car, f.id, 'inspection', f.created_at, f.updated_at, f.created_by, "
        + ", ".join(f"c.{name}" for name in SPEC["cars"].declared.sight)
        + " FROM files f JOIN cars c ON c.tenant_id = f.tenant_id AND c.id = f.car"
    ),
    _child("comments", 1, "interval '4 days'", {"text": "'Kunden ringer'", "created_by": "c.seller"}),
    _child("inspections", 1, "interval '5 days'", {"kind": "'mottak'", "approved": "true", "signed_at": "c.at"}),
    _child(
        "work_items", 1, "k * interval '4 days'",
        {"description": "'Skift bremser'", "kind": "'technical'", "price": "2000", "estimate": "2000",
         "status": "CASE WHEN c.status = 'archived' THEN 'done' WHEN length(c.order_number) % 2 = 0 THEN 'proposed'"
                   " ELSE 'approved' END"},
    ),
    _child(
        "parts_orders", 1, "interval '3 days'",
        {"part_name": "'Hengerfeste'", "part_number": "'HF' || left(c.id::text, 4)", "quantity": "1",
         "eta": "(c.at + interval '4 days')::date", "ordered_at": "c.at",
         "status": "CASE WHEN c.status = 'archived' THEN 'installed' ELSE"
                   " (ARRAY['ordered','in_transit','arrived'])[length(c.order_number) % 3 + 1] END"},
    ),
    _child(
        "car_accessories", 1, "interval '2 days'",
        {"name": "'Takboks'", "quantity": "1", "price": "5000",
         "status": "CASE WHEN c.status = 'archived' THEN 'installed' ELSE 'none' END"},
    ),
    _child(
        "car_transfers", 1, "interval '2 days'",
        {"from": "c.dealership", "to": "c.prep_center", "reason": "'prep'", "by": "c.seller", "at": "c.at",
         "status": "'received'", "closed_at": "c.at + interval '1 day'"},
    ),
    _child(
        "resource_bookings", 1, "interval '8 days'",
        {"resource_type": "{technical}", "resource": "({bays})[array_position({places}, c.dealership)]",
         "person": "c.assigned_mechanic",
         "starts_at": "c.at", "ends_at": "c.at + interval '2 hours'", "provider": "c.prep_center",
         "consumer": "c.dealership", "day": "c.at::date", "week": "date_trunc('week', c.at)::date",
         "estimated_hours": "2", "actual_hours": "2.25", "started_at": "c.at",
         "completed_at": "c.at + interval '135 minutes'", "status": "'completed'"},
        where=f"{_RECENT} AND c.assigned_mechanic IS NOT NULL",
    ),
    _child(
        "messages", 1, "interval '14 days'",
        {"channel": "'sms'", "direction": "'out'", "receiver_kind": "'customer'", "event": "'customer.ready'",
         "at": "c.at", "body": "'Bilen er klar'", "status": "'delivered'", "key": "'ready:' || c.id"},
    ),
    _child(
        "notifications", 1, "k * interval '6 days'",
        {"receiver": "CASE WHEN c.car_type = 'new' THEN c.seller"
                     " ELSE ({planners})[array_position({places}, c.dealership)] END", "event": "'car.ready'",
         "type": "'delivery'", "priority": "'normal'", "title": "'Bilen er klar'",
         "read_at": "CASE WHEN c.status = 'archived' THEN c.at END", "key": "'n' || c.k || c.id"},
    ),
    _child(
        "service_history", 1, "interval '9 days'",
        {"type": "'technical'", "performed_by": "c.assigned_mechanic", "performed_at": "c.at", "hours": "2",
         "cost": "2000"},
    ),
    (
        "INSERT INTO timebank_entries (tenant_id, id, person, day, hours, kind, provider, consumer, resource_type,"
        " booking, created_at, updated_at) SELECT tenant_id, id, person, day, actual_hours, 'work', provider, consumer,"
        " resource_type, id, created_at, updated_at FROM resource_bookings"
    ),
    (
        "INSERT INTO resource_capacities (tenant_id, id, dealership, resource_type, day, allocated_hours, used_hours,"
        " created_at, updated_at) SELECT tenant_id, pg_temp.made_at(min(created_at), provider::text || day), provider,"
        " resource_type, day, 60, least(60, sum(estimated_hours)), min(created_at), min(created_at)"
        " FROM resource_bookings GROUP BY tenant_id, provider, resource_type, day"
    ),
)  # fmt: skip
# A million changes of the last months, not sealed yet.
_AUDIT = """
INSERT INTO audit (tenant_id, id, at, actor_name, roles, origin, collection, record, verb, version, changes)
SELECT tenant_id, id, now() - interval '100 days' + (row_number() OVER (ORDER BY id)) * interval '8 seconds', 'Bench',
 '{planner}', 'bench', 'cars', id, 'update', 2, '{"seller_notes": {"from": null, "to": "Kunden ringer"}}' FROM cars
"""
