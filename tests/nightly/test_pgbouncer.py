"""Behind PgBouncer in transaction mode, with fewer servers than connections: pages, writes, jobs and news go on."""

import asyncio
import re
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from directapp.app.container import Application, wire
from directapp.app.settings import Settings
from directapp.app.spec import load_spec
from directapp.kernel.clock import utc_now
from directapp.store.database import CHANNEL
from directapp.store.migrate import bring_up_to_date
from support.cluster import PASSWORDS, TOP, Cluster
from support.dealer import settle
from support.program import free_port

PGBOUNCER = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
pytestmark = pytest.mark.skipif(PGBOUNCER is None, reason="there is no PgBouncer here: apt-get install pgbouncer")
SERVERS, WRITERS = 2, 24


@pytest.fixture
async def pooled(cluster: Cluster, tmp_path: Path) -> AsyncIterator[Application]:
    """Give an application whose sixteen connections share two servers, by the configuration that is shipped."""
    cluster.make_database("directapp_pooled")
    await bring_up_to_date(load_spec(), cluster.dsn("owner", "directapp_pooled"), utc_now())
    folder, port = cluster.folder / "pgbouncer", free_port()
    folder.mkdir(mode=0o755)
    secret = cluster.sql("SELECT rolpassword FROM pg_authid WHERE rolname = 'directapp_app'").strip()
    (folder / "userlist.txt").write_text(f'"directapp_app" "{PASSWORDS["DIRECTAPP_APP_PASSWORD"]}"\n')
    assert secret.startswith("SCRAM-SHA-256")
    shipped = (TOP / "deploy/pgbouncer.ini").read_text()
    for what, here in {
        r"directapp = .*": f"directapp_pooled = host=127.0.0.1 port={cluster.port}",
        r"listen_addr = .*": "listen_addr = 127.0.0.1",
        r"listen_port = .*": f"listen_port = {port}\nunix_socket_dir =",
        r"auth_file = .*": f"auth_file = {folder}/userlist.txt",
        r"default_pool_size = .*": f"default_pool_size = {SERVERS}",
    }.items():
        shipped, times = re.subn(what, here, shipped)
        assert times == 1, what
    (folder / "pgbouncer.ini").write_text(shipped)
    command = [str(PGBOUNCER), "--user=postgres", str(folder / "pgbouncer.ini")]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    direct = cluster.dsn("app", "directapp_pooled")
    pooler = direct.replace(f":{cluster.port}/", f":{port}/")
    settings = Settings.model_validate(
        {"data": tmp_path, "secret": "p" * 48, "database_url": cluster.dsn("owner", "directapp_pooled"),
         "database_app_url": pooler, "database_direct_url": direct}
    )  # fmt: skip
    try:
        for _ in range(100):
            try:
                await (await asyncpg.connect(pooler, statement_cache_size=0)).close()
                break
            except OSError:
                await asyncio.sleep(0.1)
        application = await wire(settings, settings.database_url, pooler, spec=load_spec())
        try:
            yield application
        finally:
            await application.close()
    finally:
        process.terminate()
        process.wait()


async def test_many_write_and_read_at_once_on_two_servers(pooled: Application, cluster: Cluster) -> None:
    dealer = await settle(pooled)
    seller = await dealer.person("new_car_sales", "495")
    heard: list[str] = []
    direct = await asyncpg.connect(cluster.dsn("app", "directapp_pooled"))
    await direct.add_listener(CHANNEL, lambda *words: heard.append(str(words[-1])))

    async def write(number: int) -> str:
        car = await dealer.create(seller, "cars", make="Audi", car_type="new", order_number=f"P-{number}")
        await dealer.do(seller, "cars", "update", car, model=f"A{number}")
        return str((await dealer.read(seller, "cars", car))["model"])

    try:
        assert await asyncio.gather(*map(write, range(WRITERS))) == [f"A{n}" for n in range(WRITERS)]
        await pooled.platform.database.notify("principal 00000000-0000-0000-0000-000000000000")
        async with asyncio.timeout(10):
            while not any(word.startswith("principal") for word in heard):
                await asyncio.sleep(0.02)
        assert await pooled.schema() == {"status": "ok", "differences": 0}
        limits = await pooled.platform.database.plain("SELECT count(*) AS n FROM pg_prepared_statements")
        assert limits[0]["n"] == 0, "nothing is left behind on a server that the next one is lent"
    finally:
        await direct.close()
    servers = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'directapp_pooled' AND client_port IS NOT NULL"
    assert int(cluster.sql(f"{servers} AND usename = 'directapp_app'")) <= SERVERS + 1, (
        "two servers, and one that listens"
    )
