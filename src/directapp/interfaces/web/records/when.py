"""What a day or a time that was typed means, so that the field can show it before it is sent."""

import orjson
from fastapi import Response

from directapp.interfaces.web.core.context import PersonContext
from directapp.interfaces.web.core.feature import get
from directapp.interfaces.web.core.typed import meant_clock, meant_day, meant_moment


async def tell(ctx: PersonContext, kind: str = "", text: str = "") -> Response:
    """Answer with what is understood, as a form holds it."""
    meant = {"day": meant_day(text, ctx.now), "moment": meant_moment(text, ctx.now), "clock": meant_clock(text)}
    return Response(orjson.dumps({"text": meant.get(kind, text)}), media_type="application/json")


ROUTES = (get("/app/when", tell),)
