from uuid import UUID, uuid4

import pytest

from directapp.domains.people.flow import Auth
from directapp.domains.people.passwords import Passwords
from directapp.domains.people.signer import Signer
from domains.people.memory import EMAIL, PASSWORD, MemoryPort, World


@pytest.fixture(scope="session")
def passwords() -> Passwords:
    return Passwords()


@pytest.fixture
async def world(passwords: Passwords) -> World:
    port = MemoryPort()
    secret = "s" * 32
    base = "https://bil.example/"
    auth = Auth(
        port=port,
        signer=Signer(secret),
        base_url=base,
        passwords=passwords,
        clock=port.clock,
    )
    tenant, head, below = uuid4(), uuid4(), uuid4()
    sites = {
        head: {"id": head, "name": "Sørkyst Auto", "brands": ["Audi"], "parent_dealership": None, "version": 1},
        below: {"id": below, "name": "Sørkyst Øst", "brands": ["Skoda"], "parent_dealership": head, "version": 1},
    }
    port.tenants[tenant] = {"dealerships": sites, "tenants": {tenant: {"id": tenant, "name": "Sørkyst"}}}
    world = World(port, auth, tenant, head, below, UUID(int=0))
    kari = world.add_user(EMAIL)
    async with auth.open(tenant) as rows:
        await rows.create("credentials", {"user": kari, "password_hash": await passwords.hash(PASSWORD)})
    return World(port, auth, tenant, head, below, kari)
