"""The keys of an installation: a new one, what it seals anew, a new master key, a lost one, and what is said of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Any
from uuid import UUID

import pytest
import typer
from typer.testing import CliRunner, Result

from directapp.app.container import Application
from directapp.app.spec import load_spec
from directapp.declare.access import KEYRING
from directapp.declare.kinds import Kind
from directapp.domains.automation.fields import Webhooks
from directapp.interfaces.cli.keys import register
from directapp.kernel.actor import system_actor
from directapp.kernel.errors import KeyMissingError
from directapp.services.jobs import acting
from directapp.store.sealing import sealed_with
from support.dealer import Dealer, Time, built_application, settle, template
from support.fakes.key_vault import FakeKeyVault
from support.server import Server

OTHER = {"secret": "u" * 48}


@pytest.fixture(scope="module")
async def name(server: Server) -> AsyncIterator[str]:
    name = await template(server)
    yield name
    await server.drop(name)


async def webhook(dealer: Dealer, name: str) -> tuple[UUID, str]:
    admin = await dealer.person("tenant_admin")
    values = {"name": name, "url": "https://regnskap.example/krok", "events": ["car.sold"]}
    made = await dealer.do(admin, "webhooks", "subscribe", **values)
    assert made.record is not None
    return made.record, made.shown_once["secret"]


async def stored(application: Application, tenant: UUID) -> dict[UUID, Any]:
    async with application.platform.database.unit(system_actor(tenant, KEYRING)) as unit:
        return {row["id"]: row for row in await unit.find(unit.spec["webhooks"], 10, {})}


async def read(application: Application, tenant: UUID, record: UUID) -> str:
    async with acting(application.platform.pipeline, tenant, KEYRING, "read", "webhooks", record) as ctx:
        return await ctx.unsealed(ctx.target, Webhooks.secret)


def test_what_is_encrypted_is_read_by_no_person_and_searched_by_nobody() -> None:
    found = [(meta, meta.fields[name]) for meta in load_spec().metas.values() for name in meta.encrypted]
    assert {(meta.name, item.name) for meta, item in found} >= {("webhooks", "secret"), ("second_factors", "secret")}
    for meta, item in found:
        assert (item.secret, item.search, item.kind) == (True, False, Kind.STRING), item.name
        assert KEYRING in meta.declared.access.systems, meta.name
        keyed = {name for unique in meta.declared.unique for name in unique.fields}
        assert item.name not in keyed | {name for index in meta.declared.indexes for name in index}, item.name


async def test_everything_is_sealed_with_a_new_key_and_nobodys_edit_it_is(server: Server, name: str) -> None:
    async with built_application(server, name, Time()) as application:
        dealer = await settle(application)
        (one, secret), (other, _) = await webhook(dealer, "Regnskap"), await webhook(dealer, "Fra før")
        # As it was stored before the field was encrypted.
        async with application.platform.database.unit(system_actor(dealer.tenant, KEYRING)) as unit:
            await unit.work_out(unit.spec["webhooks"], "secret", {other: "whsec_fra_foer"})
        before = await stored(application, dealer.tenant)
        first = sealed_with(before[one]["secret"])
        assert first is not None
        assert secret not in before[one]["secret"]
        assert await read(application, dealer.tenant, other) == "whsec_fra_foer"
        assert await application.encryption.reseal(dealer.tenant) == 1
        newest = await application.encryption.rotate()
        assert await application.encryption.reseal(dealer.tenant) == 2
        assert await application.encryption.reseal(dealer.tenant) == 0
        after = await stored(application, dealer.tenant)
        assert {sealed_with(row["secret"]) for row in after.values()} == {newest} != {first}
        for record, plain in ((one, secret), (other, "whsec_fra_foer")):
            assert await read(application, dealer.tenant, record) == plain
            assert {**after[record], "secret": ""} == {**before[record], "secret": ""}, "version, times and the rest"


async def test_a_process_finds_the_key_that_another_made(server: Server, name: str) -> None:
    async with built_application(server, name, Time()) as here, built_application(server, name, Time()) as there:
        dealer = await settle(there)
        await here.encryption.rotate()
        await here.encryption.rotate()
        assert all(key.readable for key in (await here.encryption.status()).keys)
        record, secret = await webhook(Dealer(here, dealer.tenant, dealer.sites), "Regnskap")
        assert await read(there, dealer.tenant, record) == secret


async def test_a_lost_master_key_is_missed_and_an_earlier_one_is_replaced(server: Server, name: str) -> None:
    async with built_application(server, name, Time()) as application:
        dealer = await settle(application)
        record, secret = await webhook(dealer, "Regnskap")
    async with built_application(server, name, Time(), **OTHER) as application:
        assert (await application.platform.checks["keys"]())["status"] == "error"
        lost = [use for use in (await application.encryption.status()).lost() if use.tenant == dealer.tenant]
        assert [(use.collection, use.field, use.values) for use in lost] == [("webhooks", "secret", 1)]
        with pytest.raises(KeyMissingError):
            await read(application, dealer.tenant, record)
        assert await application.encryption.rotate() == (await application.encryption.status()).keys[-1].name
        # A new key is used at once, whatever is lost; what cannot be read is left as it is.
        assert await application.encryption.reseal(dealer.tenant) == 0
    earlier = {"encryption_keys_before": "t" * 48}
    async with built_application(server, name, Time(), **OTHER, **earlier) as application:
        assert await read(application, dealer.tenant, record) == secret
        assert len({key.master for key in (await application.encryption.status()).keys}) == 1
    async with built_application(server, name, Time(), **OTHER) as application:
        assert (await application.platform.checks["keys"]())["status"] == "ok"
        assert await read(application, dealer.tenant, record) == secret


async def test_a_vault_takes_over_and_what_it_wrapped_is_read_with_it_alone(server: Server) -> None:
    name = await template(server)
    async with FakeKeyVault() as vault:
        azure = {
            "azure_key": vault.key,
            "azure_tenant": "directory-1",
            "azure_client": "client-1",
            "azure_secret": "s3cret",
            "azure_sign_in_url": vault.base,
        }
        async with built_application(server, name, Time()) as application:
            dealer = await settle(application)
            record, secret = await webhook(dealer, "Regnskap")
        async with built_application(server, name, Time(), **azure) as application:
            assert await read(application, dealer.tenant, record) == secret
            assert {key.master for key in (await application.encryption.status()).keys} == {f"vault:{vault.key}"}
        async with built_application(server, name, Time()) as application:
            with pytest.raises(KeyMissingError):
                await read(application, dealer.tenant, record)
        async with built_application(server, name, Time(), **azure) as application:
            assert await read(application, dealer.tenant, record) == secret
    await server.drop(name)


class Commands:
    def __init__(self, server: Server, name: str, **more: Any) -> None:
        self.server, self.name, self.more = server, name, more

    def application(self) -> AbstractAsyncContextManager[Application]:
        return built_application(self.server, self.name, Time(), **self.more)


async def run(server: Server, name: str, command: str, **more: Any) -> Result:
    app = typer.Typer()
    register(app, lambda: Commands(server, name, **more))
    return await asyncio.to_thread(CliRunner().invoke, app, ["keys", command])


async def test_the_commands_say_what_there_is_and_what_is_lost(server: Server) -> None:
    name = await template(server)
    async with built_application(server, name, Time()) as application:
        dealer = await settle(application)
        await webhook(dealer, "Regnskap")
    rotated = await run(server, name, "rotate")
    assert rotated.exit_code == 0, rotated.output
    assert "1 values are encrypted anew" in rotated.output
    told = await run(server, name, "status")
    assert told.exit_code == 0, told.output
    older, newest = told.output.splitlines()
    assert "older, 0 values" in older
    assert "in use, 1 values, wrapped by secret:" in newest
    lost = await run(server, name, "status", **OTHER)
    assert lost.exit_code == 1
    assert "MISSING" in lost.output
    assert f"lost: 1 values of webhooks.secret in tenant {dealer.tenant}" in lost.output
    await server.drop(name)
