"""python -m bench.maintenance [--vehicles N]: the nightly run over 5 schedules and 12 readings of each vehicle.

Measured twice: where every schedule stands otherwise than it is stored, and where none does.
"""

import argparse
import asyncio
import shutil
import tempfile
import time
from pathlib import Path
from uuid import UUID

from bench.__main__ import prepare
from bench.seed import analyse
from directapp.domains.maintenance.review import review_page
from directapp.kernel.actor import system_actor
from directapp.services.jobs import acting
from directapp.services.pipeline import Pipeline
from directapp.store.database import Database

_VEHICLES = """
INSERT INTO vehicles (tenant_id, id, number, vehicle_type, status, dealership, odometer_km, metered_at)
SELECT $1, md5('v' || n)::uuid, n::text, 'van', 'active', $2, 60000 + n % 900, now()
FROM generate_series(1, $3::int) n"""
_READINGS = """
INSERT INTO meter_readings (tenant_id, id, vehicle, km, total_km, read_at, source, suspect)
SELECT $1, gen_random_uuid(), md5('v' || n)::uuid, km, km, now() - r * interval '20 days', 'manual', false
FROM generate_series(1, $2::int) n, generate_series(0, 11) r,
 LATERAL (SELECT 60000 + n % 900 - r * (900 + n % 700) km) k"""
_SCHEDULES = """
INSERT INTO maintenance_schedules (tenant_id, id, vehicle, name, active, basis, every_km, every_months, lead_days,
 lead_km, lead_engine_hours, grace_days, grace_km, grace_engine_hours, counted_from_on, counted_from_km, standing)
SELECT $1, gen_random_uuid(), md5('v' || n)::uuid, 'Service ' || s, true, 'rolling', 5000 * s, 6 * s, 30, 500, 0, 0,
 0, 0, current_date - n % 200, 58000 + n % 900, 'ok'
FROM generate_series(1, $2::int) n, generate_series(1, 5) s"""


async def night(database: Database, tenant: UUID) -> int:
    """Work out how all schedules stand, a transaction for each page; return how many were written."""
    pipeline, after, written = Pipeline(database.spec, database), None, 0
    while True:
        async with acting(pipeline, tenant, "fleet", "bench", "", None) as ctx:
            after = await review_page(ctx, after)
            written += len(ctx.work.touched)
        if after is None:
            return written


async def run(vehicles: int) -> None:
    """Measure one size."""
    data = Path(tempfile.mkdtemp(prefix="directapp-bench-"))
    data.chmod(0o711)
    postgres, database, seeded = await prepare(data / "postgres", 100)
    try:
        async with database.unit(system_actor(seeded.tenant, "demo")) as unit:
            await unit.fetch(_VEHICLES, seeded.tenant, seeded.sites[0], vehicles)
            await unit.fetch(_READINGS, seeded.tenant, vehicles)
            await unit.fetch(_SCHEDULES, seeded.tenant, vehicles)
        await analyse(postgres.owner_dsn())
        for words in ("all stand otherwise", "nothing has changed"):
            began = time.perf_counter()
            written = await night(database, seeded.tenant)
            took = time.perf_counter() - began
            print(f"{words:20} {5 * vehicles} schedules in {took:5.1f} s, {written} written", flush=True)
    finally:
        await database.close()
        await asyncio.to_thread(postgres.stop)
        shutil.rmtree(data, ignore_errors=True)


def main() -> None:
    """Read the arguments."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vehicles", type=int, default=40_000)
    asyncio.run(run(parser.parse_args().vehicles))


if __name__ == "__main__":
    main()
