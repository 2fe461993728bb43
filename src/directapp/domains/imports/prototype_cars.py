"""The prototype's cars: what a row becomes, field by field, and which status its facts allow.

How people space a plate or a phone number is no repair; a VIN that is not as it should be written is one.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from directapp.domains.cars.fields import Cars
from directapp.domains.imports import prototype_status as statuses
from directapp.domains.imports.sheet import Sheet
from directapp.domains.people.fields import DEALERSHIPS, USERS
from directapp.kernel.text import Text, _, join, pgettext
from directapp.services.incoming import Incoming

CAR_TYPES = {
    "nybil": "new",
    "nybil_lager": "new",
    "bruktbil": "used",
    "outlet": "used",
    "audi approved plus": "certified",
}
APPROVED = {"godkjent": True, "ikke godkjent": False}
YES_NO = {"ja": True, "nei": False, "true": True, "false": False}
TYRE_HOTEL = {"order_dh_yes": True, "order_dh_no": False}
WINDOW_FILM = {"new_car_foliage_s": "S", "new_car_foliage_m": "M", "new_car_foliage_l": "L"}
TREATMENTS = {name: name for name in ("none", "standard", "premium", "ultra")}
_NO_TYPE = frozenset({"", "ingen"})
_PLAIN = (
    ("make", "make"),
    ("model", "model"),
    ("eta", "eta"),
    ("delivery_date", "delivery_date"),
    ("customer_name", "customer_name"),
    ("customer_phone", "customer_phone"),
    ("comment", "seller_notes"),
    ("comment_parts", "parts_notes"),
    ("levert_forhandler", "delivered_to_dealership_at"),
    ("deler_bestilt", "parts_ordered_seller_at"),
    ("deler_ankommet", "parts_arrived_seller_at"),
    ("date_created", "created_at"),
    ("date_updated", "updated_at"),
)
_LABELS: Mapping[str, Text] = {
    "make": _("make"),
    "model": _("model"),
    "order_number": _("order number"),
    "car_type": _("car type"),
    "vin": pgettext("within a sentence", "VIN or plate"),
}
_UNKNOWN_WORD = _("“{word}” is not known and was left out.")
_UNKNOWN_STATUS = _("The status “{word}” is not known.")
_NO_STATUS_WORD = _("The status is missing.")
_NO_SITE = _("The site is missing.")
_NO_VIN = _("The VIN is missing; the car cannot be {status} without one.")
_DRAFT = _("A draft, because this is missing: {missing}. Proposed status: {status}.")
_WHEN = _("The source does not say when; set to {when}.")
_NO_CUSTOMER = _("Sold, but the customer's name or phone is missing; taken in as unsold.")
_NOT_READY = _("Ready for pick-up, but the car is not finished; taken in as not ready.")


def car(sheet: Sheet, own_prep: frozenset[str]) -> Incoming:
    """Return what a car becomes."""
    _identity(sheet)
    for column, name in _PLAIN:
        sheet.take(name, column)
    _people(sheet)
    _services(sheet)
    word = sheet.given("status")
    mapped = statuses.map_status(word, sheet.values.get(Cars.car_type))
    if mapped is None:
        unknown = _UNKNOWN_STATUS.fill(word=word) if word is not None else _NO_STATUS_WORD
        sheet.note("rejected", unknown, "status", before=word)
        mapped = statuses.Mapped("draft")
    if mapped.sets and mapped.sets not in sheet.values:
        _at_last_change(sheet, mapped.sets)
    _arrival(sheet, mapped.status, own_prep)
    _inspection(sheet)
    _work(sheet, word, mapped.status)
    _sale(sheet, mapped.status)
    status, note = statuses.correct(word, mapped.status, sheet.values)
    if note is not None:
        sheet.notes.append(note)
    _pickup(sheet, status)
    return _close(sheet, status)


def _identity(sheet: Sheet) -> None:
    for column, name in (("vin", "vin"), ("kjennemerke", "license_plate"), ("order_number", "order_number")):
        sheet.take(name, column, tidy=True)
    word = sheet.word("biltype")
    if word not in CAR_TYPES and word not in _NO_TYPE:
        _unknown(sheet, "car_type", "biltype")
    sheet.put("car_type", CAR_TYPES.get(word))


def _people(sheet: Sheet) -> None:
    sheet.point("dealership", DEALERSHIPS, "dealership_id", required=True)
    if "dealership" not in sheet.values:
        sheet.note("rejected", _NO_SITE, "dealership")
    sheet.point("seller", USERS, "selgernummer", by="seller_number")
    sheet.point("assigned_mechanic", USERS, "mekaniker")
    sheet.point("assigned_detailer", USERS, "mekaniker")
    sheet.point("created_by", USERS, "user_created")
    sheet.point("updated_by", USERS, "user_updated")


def _services(sheet: Sheet) -> None:
    chosen: tuple[tuple[str, str, Mapping[str, Any]], ...] = (
        ("tyre_hotel", "dekhotell", TYRE_HOTEL),
        ("window_film", "folie", WINDOW_FILM),
        ("treatment", "behanding", TREATMENTS),
    )
    for name, column, words in chosen:
        word = sheet.word(column)
        if word and word not in words:
            _unknown(sheet, name, column)
        sheet.put(name, words.get(word))


def _unknown(sheet: Sheet, name: str, column: str) -> None:
    word = sheet.given(column)
    sheet.note("warning", _UNKNOWN_WORD.fill(word=word), name, before=word)


def last_change(sheet: Sheet) -> datetime | None:
    """Return when the prototype last touched the row: what stands in for a time it never kept."""
    found: datetime | None = sheet.values.get(Cars.updated_at) or sheet.values.get(Cars.created_at)
    return found


def _at_last_change(sheet: Sheet, name: str) -> None:
    when = last_change(sheet)
    if when is not None:
        sheet.fact(name, when)
        shown = when.isoformat(timespec="minutes")
        sheet.note("repaired", _WHEN.fill(when=shown), name, after=shown)


def _arrival(sheet: Sheet, status: str, own_prep: frozenset[str]) -> None:
    at_prep = str(sheet.given("dealership_id")) in own_prep or statuses.is_past_arrival(status)
    name = "arrived_prep_center_at" if at_prep else "arrived_dealership_at"
    sheet.take(name, "ankommet_forhandler")


def _inspection(sheet: Sheet) -> None:
    word = sheet.word("mottakskontroll")
    if word and word not in APPROVED:
        _unknown(sheet, "inspection_approved", "mottakskontroll")
    if word not in APPROVED:
        return
    sheet.values[Cars.inspection_approved] = APPROVED[word]
    arrived = sheet.values.get(Cars.arrived_prep_center_at) or sheet.values.get(Cars.arrived_dealership_at)
    if arrived is None:
        _at_last_change(sheet, "inspection_completed_at")
    else:
        sheet.fact("inspection_completed_at", arrived)


def _work(sheet: Sheet, word: object, status: str) -> None:
    started, completed = statuses.work_done(word, status)
    for kind, column in (("technical", "teknisk_klargjoring"), ("cosmetic", "kosmetisk_klargjoring")):
        when = sheet.take(f"scheduled_{kind}_start", column)
        if kind in started:
            sheet.fact(f"{kind}_started_at", when)
        if kind in completed and f"{kind}_completed_at" not in sheet.values:
            sheet.fact(f"{kind}_completed_at", when)


def _sale(sheet: Sheet, status: str) -> None:
    word = sheet.word("solgt")
    if word and word not in YES_NO:
        _unknown(sheet, "sold_at", "solgt")
    if not YES_NO.get(word) and status not in {"sold", "delivered"}:
        return
    if not (sheet.given("customer_name") and sheet.given("customer_phone")):
        sheet.note("repaired", _NO_CUSTOMER, "sold_at", before=sheet.given("solgt"))
        return
    sheet.put("sold_at", last_change(sheet))
    if status == "delivered":
        _at_last_change(sheet, "delivered_to_customer_at")


def _pickup(sheet: Sheet, status: str) -> None:
    ready = statuses.ORDER.index(status) >= statuses.ORDER.index("ready_for_delivery")
    if ready:
        done = [sheet.values.get(f"{kind}_completed_at") for kind in statuses.BOTH]
        sheet.put("ready_for_delivery_at", max((d for d in done if d is not None), default=None))
    if sheet.given("klar_for_henting") is not True:
        return
    if ready:
        sheet.put("ready_for_pickup", value=True)
    else:
        sheet.note("repaired", _NOT_READY, "ready_for_pickup", before=True, after=False)


def _close(sheet: Sheet, status: str) -> Incoming:
    """Demand what the status needs, and say since when it has been what it is."""
    missing = _missing(sheet)
    impossible = any(note.level == "rejected" for note in sheet.notes)
    if missing and status not in {"archived", "draft"} and not impossible:
        listed = join((_LABELS[name] for name in missing), ", ")
        sheet.note("warning", _DRAFT.fill(missing=listed, status=status), "status", before=status, after="draft")
        status = "draft"
    elif statuses.is_past_arrival(status) and not sheet.values.get(Cars.vin) and not impossible:
        sheet.note("rejected", _NO_VIN.fill(status=status), "vin")
    sheet.put("status_since", _since(sheet))
    if "updated_at" not in sheet.values:
        sheet.put("updated_at", sheet.values.get(Cars.created_at))
    once = {name: sheet.values[name] for name in ("vin", "order_number") if name in sheet.values}
    return sheet.incoming(status=status, once=once)


def _missing(sheet: Sheet) -> tuple[str, ...]:
    values = sheet.values
    match values.get(Cars.car_type):
        case "new":
            return tuple(name for name in ("make", "model", "order_number") if name not in values)
        case None:
            return ("car_type",)
        case _:
            return () if "vin" in values or "license_plate" in values else ("vin",)


def _since(sheet: Sheet) -> datetime | None:
    """Return when the last thing happened that the row knows of, plans and sales apart."""
    if "updated_at" in sheet.values:
        return last_change(sheet)
    known = [
        value
        for name, value in sheet.values.items()
        if isinstance(value, datetime) and sheet.meta.fields[name].fact and value <= sheet.now
    ]
    return max((t for t in [*known, last_change(sheet)] if t is not None), default=None)
