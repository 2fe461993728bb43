"""A directory that provisions people of a company: it has a token, and speaks SCIM."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from directapp.app.web import Front, build_app
from support.dealer import Dealer

CORE = "urn:ietf:params:scim:schemas:core:2.0"
PATCHES = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


@dataclass
class Directory:
    """A client with a token of the company."""

    client: httpx.AsyncClient
    dealer: Dealer
    token: str

    async def ask(self, method: str, path: str, status: int, body: Any = None, **headers: str) -> Any:
        """Send a request, demand the status, and return what is answered."""
        sent = {"authorization": f"Bearer {self.token}", **headers}
        kind = {} if body is None else {"content-type": "application/scim+json"}
        answer = await self.client.request(method, f"/scim/v2{path}", json=body, headers={**sent, **kind})
        assert answer.status_code == status, (method, path, answer.status_code, answer.text)
        return answer.json() if answer.content else None

    async def patch(self, path: str, *operations: dict[str, Any]) -> Any:
        """Send operations, and return what came of them."""
        await self.ask("PATCH", path, 204, {"schemas": [PATCHES], "Operations": list(operations)})
        return await self.ask("GET", path, 200)

    async def person(self, name: str = "kari", **more: Any) -> Any:
        """Provision somebody."""
        address = self.address(name)
        given = {"schemas": [f"{CORE}:User"], "userName": address, "active": True, **more}
        whole = {"name": {"givenName": name.title(), "familyName": "Nordmann"}, **given}
        return await self.ask("POST", "/Users", 201, whole)

    async def group(self, name: str, *members: str) -> Any:
        listed = [{"value": one} for one in members]
        return await self.ask(
            "POST", "/Groups", 201, {"schemas": [f"{CORE}:Group"], "displayName": name, "members": listed}
        )

    def address(self, name: str) -> str:
        return f"{name}.{self.dealer.tenant.hex[-10:]}@bilgruppen.no"

    async def user(self, name: str = "kari") -> dict[str, Any] | None:
        """Return the account that somebody has."""
        async with self.dealer.application.auth.open(self.dealer.tenant) as rows:
            found = await rows.find("users", {"email": self.address(name)})
            return dict(found[0].row) if found else None


@pytest.fixture
def front(dealer: Dealer) -> Front:
    return build_app(dealer.application)


@pytest.fixture
async def directory(dealer: Dealer, front: Front) -> AsyncIterator[Directory]:
    admin = await dealer.person("tenant_admin", "")
    token = (await dealer.do(admin, "directory_tokens", "create_token", name="Entra")).shown_once["token"]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(front), base_url="http://scim.test") as client:
        yield Directory(client, dealer, token)
