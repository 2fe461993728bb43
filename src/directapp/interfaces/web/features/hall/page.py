"""The wall display: columns of cars by step, for whoever holds its link."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import Request, Response

from directapp.derive import present
from directapp.domains.planning.hall import COLUMNS, parse_screen
from directapp.interfaces.web.core.context import RequestContext, open_context
from directapp.interfaces.web.core.feature import Route, get
from directapp.interfaces.web.core.secret_links import read_link, shut
from directapp.interfaces.web.features.hall.words import speak_hall
from directapp.kernel.actor import system_actor
from directapp.kernel.clock import oslo_day
from directapp.kernel.languages import languages
from directapp.services.intent import Intent
from directapp.services.platform import Platform

SCREENS = "hall_screens"


def hall_routes(platform: Platform) -> tuple[Route, ...]:
    """Return the address that the screen in the hall shows."""

    async def show_hall(request: Request, token: str) -> Response:
        """Show the display; any wrong, old or revoked address is simply not there."""
        ctx = open_context(request)
        asked = request.query_params.get("language", "")
        ctx.language = asked if asked in languages() else ctx.language
        found = await _read(platform, token)
        if found is None:
            return shut(ctx.page("hall/closed.html", status=HTTPStatus.NOT_FOUND, h=speak_hall(ctx.language)))
        columns = [_column(ctx, column) for column in found["columns"]]
        clock = present.input_instant(ctx.now.isoformat())[11:16]
        return shut(
            ctx.page("hall/screen.html", h=speak_hall(ctx.language), screen=found, columns=columns, clock=clock)
        )

    return (get("/hall/{token}", show_hall),)


async def _read(platform: Platform, text: str) -> dict[str, Any] | None:
    token = parse_screen(text)
    if token is None:
        return None
    intent = Intent(
        actor=system_actor(token.tenant, "planning"),
        collection=SCREENS,
        verb="show",
        origin="web",
        target=token.id,
        patch={"secret": token.secret[:100]},
    )
    answer = await read_link(platform, intent)
    if answer is None or answer.json is None:
        return None
    found: dict[str, Any] = orjson.loads(answer.json)
    return found


def _column(ctx: RequestContext, column: Mapping[str, Any]) -> dict[str, Any]:
    label = COLUMNS[column["code"]][0]
    return {"code": column["code"], "label": ctx.say(label), "cars": [_card(ctx, car) for car in column["cars"]]}


def _card(ctx: RequestContext, car: Mapping[str, Any]) -> dict[str, Any]:
    due = present.read_day(car.get("due"))
    starts = present.read_instant(car.get("starts"))
    today = oslo_day(ctx.now)
    step = (car.get("step") or {}).get(ctx.language, "")
    when = ""
    if starts is not None:
        day, clock = oslo_day(starts), present.input_instant(starts.isoformat())[11:16]
        when = clock if day == today else f"{present.show_day(day, today, ctx.language)} {clock}"
    return {
        "plate": present.show_plate(car["plate"]) if car.get("plate") else car["vin"],
        "name": car["name"],
        "due": present.show_day(due, today, ctx.language) if due else "",
        "tone": car["tone"],
        "step": " ".join(part for part in (step, when) if part),
        "who": car.get("who") or "",
    }
