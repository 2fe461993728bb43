"""Samples: an invented car and what is told of it, for looking at messages before anybody gets one."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from directapp.domains.messages.customers import CALL
from directapp.domains.messages.editable import CUSTOMER, UNREAD, VENDOR
from directapp.domains.messages.phrases import car_name, model, moment_text, phone_text
from directapp.domains.messages.telling import LINK_MARK
from directapp.interfaces.web.core.context import RequestContext
from directapp.kernel.clock import OSLO
from directapp.kernel.dates import day_text
from directapp.kernel.text import Text, _, verbatim

HOUR = 13
_UNREAD = 3
PLACE = "Sørlandsparken 4"
_OUTWARD_DETAILS = {
    "customer": _("Place: {place}. ").fill(place=PLACE),
    "vendor.codes": verbatim("K7QP (EL 12345), M3XB (EL 20001)"),
    "vendor": _("“Paint the rear bumper”. Key in cabinet 4."),
}
_DETAILS = _("Scratch on the rear left door. Follow-up {day}. ")


def sample_car(ctx: RequestContext) -> dict[str, Any]:
    """Return an invented car."""
    tomorrow = ctx.now.astimezone(OSLO) + timedelta(days=1)
    return {
        "license_plate": "EL12345",
        "make": "Volkswagen",
        "model": "ID.4",
        "vin": "WVWZZZE1ZMP012345",
        "order_number": "O10042",
        "delivery_date": tomorrow.date(),
    }


def sample_fills(ctx: RequestContext, code: str = "") -> Mapping[str, Text]:
    """Return what stands in the places of a message about an invented car."""
    car = sample_car(ctx)
    tomorrow = ctx.now.astimezone(OSLO) + timedelta(days=1)
    when = tomorrow.replace(hour=HOUR, minute=0)
    name = ctx.branding.name or "Bilhuset"
    return {
        "car": car_name(car),
        "model": model(car),
        "who": verbatim("Kari Holm"),
        "first": verbatim("Nora"),
        "seller": verbatim("Kari"),
        "site": verbatim(name),
        "origin": verbatim("Klargjøringssenteret"),
        "order": verbatim("O10042"),
        "when": moment_text(when),
        "what": _("Technical preparation"),
        "call": CALL.fill(phone=phone_text("+4738000000")),
        "link": LINK_MARK,
        "code": verbatim("K7QP"),
        "count": UNREAD.fill(count=_UNREAD),
        "address": verbatim("kari.holm@example.no"),
        "detail": _DETAILS.fill(day=day_text(tomorrow.date())),
        **_outward_fills(code),
    }


def _outward_fills(code: str) -> Mapping[str, Text]:
    """Return what is told otherwise to those outside."""
    if code in VENDOR:
        return {"detail": _OUTWARD_DETAILS.get(code, _OUTWARD_DETAILS["vendor"]), "first": verbatim("Lakk og Lim")}
    return {"detail": _OUTWARD_DETAILS["customer"]} if code in CUSTOMER else {}
