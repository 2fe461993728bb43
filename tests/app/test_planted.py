"""The log of a full run, at its most talkative, names nobody: planted values are searched for in all of it."""

import asyncio
import subprocess
from pathlib import Path
from typing import Any

import httpx

from directapp.app.logs import without_addresses
from support.program import PROGRAM, Installation, environment, free_port

NAME, PHONE, EMAIL = "Ragnhild Qvistad", "+4791827364", "ragnhild.qvistad@example.test"
PLANTED = ("qvistad", "91827364", "918 27 364")


async def run(client: httpx.AsyncClient) -> list[int]:
    """Write, refuse, look for and mislead, with a customer's name, number and address in all of it."""
    customer = {"customer_name": NAME, "customer_phone": PHONE, "customer_email": EMAIL}
    car: dict[str, Any] = {"make": "VW", "model": "ID.4", "car_type": "new", "order_number": "O-4711", **customer}
    made = await client.post("/items/cars", json=car)
    record = made.raise_for_status().json()["data"]["id"]
    asked = [
        client.post("/items/cars", json=car),
        client.patch(f"/items/cars/{record}", json={"customer_phone": f"{PHONE} {NAME}"}),
        client.patch(f"/items/cars/{record}", json={"delivery_date": EMAIL}),
        client.get("/items/cars", params={"filter": f'{{"customer_email":{{"_eq":"{EMAIL}"}}}}'}),
        client.get("/items/cars", params={"filter": f'{{"customer_email":{{"_nothing":"{EMAIL}"}}}}'}),
        client.get("/items/cars", params={"search": "918 27 364"}),
        client.get(f"/items/cars/{EMAIL}"),
        client.post("/items/comments", json={"car": record, "text": f"Ring {NAME} på {PHONE}"}),
        client.post("/auth/login", json={"email": EMAIL, "password": NAME}),
        client.post("/auth/login", content=f"{{{EMAIL}"),
        client.post(
            "/items/users", json={"first_name": "Ragnhild", "last_name": "Qvistad", "email": EMAIL, "phone": PHONE}
        ),
        client.post("/items/cars/bulk", json=[car]),
        client.get("/app/cars", params={"q": NAME}),
    ]
    return [(await one).status_code for one in asked]


async def answers(client: httpx.AsyncClient, process: subprocess.Popen[bytes]) -> None:
    async with asyncio.timeout(120):
        while process.poll() is None:
            try:
                if (await client.get("/server/ping")).status_code == httpx.codes.OK:
                    return
            except httpx.TransportError:
                await asyncio.sleep(0.2)


async def test_no_log_line_names_a_customer(installation: Installation, tmp_path: Path) -> None:
    log, port = tmp_path / "log", free_port()
    here = environment(installation.data, port) | {"DIRECTAPP_LOG": "debug"}
    with log.open("wb") as out:
        process = subprocess.Popen([PROGRAM, "run"], env=here, stdout=out, stderr=out)
        try:
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
                await answers(client, process)
                await installation.begin(client)
                statuses = await run(client)
        finally:
            process.terminate()
            process.wait(60)
    assert {200, 401, 422} <= set(statuses)
    assert max(statuses) < 500
    text = log.read_text().lower()
    assert "info" in text
    assert [value for value in PLANTED if value in text] == []


def test_the_values_of_a_refused_row_are_left_out() -> None:
    for told in (
        "duplicate key value\nDETAIL:  Key (tenant_id, customer_name)=(1, Ragnhild Qvistad) already exists.",
        "null value\nDETAIL:  Failing row contains (1, Ragnhild Qvistad, null).",
    ):
        said = without_addresses(None, "error", {"exception": told})["exception"]
        assert "Qvistad" not in said
        assert said.startswith(told.split("\n", maxsplit=1)[0])
