"""Some thousand cars of twenty years with all that hangs on them, put down by PostgreSQL itself."""

from uuid import uuid5

from directapp.kernel.actor import system_actor
from support.dealer import Dealer

CARS = 3000
# What has rows for each car, over all the years.
BIG = (
    "cars", "car_accessories", "car_files", "car_stages", "car_transfers", "comments", "files", "inspections",
    "messages", "notifications", "parts_orders", "resource_bookings", "service_history", "timebank_entries",
    "work_items",
)  # fmt: skip
_STATES = (
    "registered", "in_transit", "inspection", "ready_to_plan", "planned", "technical_prep", "cosmetic_prep",
    "quality_check", "ready_for_delivery", "sold",
)  # fmt: skip
# $1 the tenant, $2 the sites, $3 a seller, $4 a mechanic, $5 the states of living cars; one car in twenty lives.
_CARS = """
INSERT INTO cars (tenant_id, id, vin, license_plate, make, model, car_type, order_number, customer_name, priority,
  delivery_date, dealership, original_dealership, prep_center, seller, assigned_mechanic, status, status_since,
  archived_at, needs_technical, needs_cosmetic, in_vehicle_bank, visibility, sale_price, parts_status,
  ready_for_delivery_at, sold_at, version, created_at, updated_at)
SELECT $1::uuid, md5($1::uuid::text || n)::uuid, 'WSC' || lpad(upper(translate(to_hex(n), 'oiq', 'abc')), 14, '0'),
  'EL' || (10000 + n), (ARRAY['Audi', 'Volkswagen', 'Skoda'])[n % 3 + 1], 'Q4', (ARRAY['new', 'used'])[n % 2 + 1],
  'S' || n, 'Kunde ' || (ARRAY['Hansen', 'Olsen', 'Nilsen'])[n % 3 + 1] || ' ' || n, 'normal', (t + d * 30)::date,
  ($2::uuid[])[n % cardinality($2::uuid[]) + 1], ($2::uuid[])[n % cardinality($2::uuid[]) + 1], ($2::uuid[])[n % 2 + 1],
  $3::uuid,
  CASE WHEN living AND n % 40 = 0 THEN $4::uuid END,
  CASE WHEN living THEN ($5::text[])[n / 20 % cardinality($5::text[]) + 1] ELSE 'archived' END, t,
  CASE WHEN NOT living THEN t
  END, true, true, n % 10 = 0, 'global', 300000, 'none', t + d * 14, CASE WHEN NOT living THEN t + d * 20 END, 1, t, t
FROM (SELECT n, n % 20 = 0 AS living, interval '1 day' AS d,
        now() - make_interval(mins => (CASE WHEN n % 20 = 0 THEN n * 50 ELSE 200000 + n * 3000 END)) AS t
      FROM generate_series(1, $6::int) n) x
"""
_TOKENS = """
INSERT INTO search_tokens (tenant_id, collection, record, field, token) SELECT c.tenant_id, 'cars', c.id, f.field,
  f.token FROM cars c, LATERAL (VALUES ('vin', lower(c.vin)), ('license_plate', lower(c.license_plate)),
  ('order_number', lower(c.order_number)), ('make', lower(c.make)), ('customer_name', 'kunde'),
  ('customer_name', lower(split_part(c.customer_name, ' ', 2)))) f(field, token) WHERE c.tenant_id = $1
"""
_OF_EACH: dict[str, dict[str, str]] = {
    "car_stages": {"status": "'registered'", "entered_at": "created_at", "left_at": "created_at + interval '1 day'",
                   "dealership": "dealership", "prep_center": "prep_center"},
    "files": {"name": "'bilde.jpg'", "media_type": "'image/jpeg'", "size_bytes": "2000", "storage_key": "'a/b'",
              "purpose": "'car'", "sha256": "md5(id::text)"},
    "car_files": {"file": "id", "stage": "'inspection'"},
    "comments": {"text": "'Kunden ringer'", "created_by": "seller"},
    "inspections": {"kind": "'mottak'", "approved": "true"},
    "work_items": {"description": "'Skift bremser'", "kind": "'technical'", "price": "2000", "status": "'done'"},
    "parts_orders": {"part_name": "'Feste'", "quantity": "1", "status": "'installed'"},
    "car_accessories": {"name": "'Takboks'", "quantity": "1", "status": "'installed'"},
    "car_transfers": {"from": "dealership", "to": "prep_center", "reason": "'prep'", "at": "created_at",
                      "status": "'received'", "closed_at": "created_at"},
    "messages": {"channel": "'sms'", "direction": "'out'", "receiver_kind": "'customer'", "event": "'customer.ready'",
                 "at": "created_at", "body": "'Klar'", "status": "'delivered'", "key": "id::text"},
    "notifications": {"receiver": "seller", "event": "'car.ready'", "type": "'delivery'", "priority": "'normal'",
                      "title": "'Bilen er klar'", "read_at": "created_at", "key": "id::text"},
    "service_history": {"type": "'technical'", "performed_at": "created_at", "hours": "2"},
}  # fmt: skip


async def fill_past(dealer: Dealer, cars: int = CARS) -> None:
    """Put the cars down at the dealer's sites and four more, prepared at one that the tests' people know."""
    demo = system_actor(dealer.tenant, "demo")
    further = [uuid5(dealer.tenant, str(n)) for n in range(4)]
    seller, mechanic = [await dealer.person(role, "499") for role in ("used_car_sales", "mechanic")]
    sites = [dealer.sites["499"], dealer.sites["495"], *further]
    async with dealer.application.platform.database.unit(demo) as unit:
        for number, site in enumerate(further):
            await unit.value(
                "INSERT INTO dealerships (tenant_id, id, number, name, dealership_type, active)"
                " VALUES ($1, $2, $3, 'Bilhuset', 'sales_only', true)",
                dealer.tenant,
                site,
                str(700 + number),
            )
        await unit.value(_CARS, dealer.tenant, sites, seller.user, mechanic.user, list(_STATES), cars)
        await unit.value(_TOKENS, dealer.tenant)
        for table, columns in _OF_EACH.items():
            named = {"car": "id", **columns} if table != "files" else columns
            names = ", ".join(f'"{name}"' for name in named)
            await unit.value(
                f"INSERT INTO {table} (tenant_id, id, created_at, updated_at, {names})"
                f" SELECT tenant_id, id, created_at, created_at, {', '.join(named.values())} FROM cars"
                " WHERE tenant_id = $1",
                dealer.tenant,
            )
