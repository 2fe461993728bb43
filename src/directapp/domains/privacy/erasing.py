"""Erasing: what is replaced, masked or deleted where a person asks to be forgotten, and why the rest is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from directapp.declare.fields import Personal
from directapp.declare.names import FieldName, plain
from directapp.domains.cars.fields import CARS, Cars
from directapp.domains.people.fields import USERS, Users
from directapp.domains.privacy.held import CUSTOMER, Held, Person
from directapp.domains.privacy.masking import Mask
from directapp.domains.records.fields import CAR_FILES, CarFiles
from directapp.kernel.text import Text, _
from directapp.services import forgetting
from directapp.services.attachments import FILES
from directapp.services.command import CommandContext
from directapp.services.seen import Seen

ERASED_CUSTOMER, ERASED_PERSON = _("Erased customer"), _("Erased person")
# What stands in the place of a customer on a car.
OF_CUSTOMER: dict[FieldName[Any], Any] = {
    Cars.customer_name: ERASED_CUSTOMER.stored(),
    Cars.customer_org_number: None,
    Cars.customer_phone: None,
    Cars.customer_email: None,
    Cars.consent_sms: False,
    Cars.handover_place: None,
}
_OF_PERSON: dict[FieldName[Any], Any] = {
    Users.first_name: ERASED_PERSON.stored(),
    Users.last_name: "–",
    Users.phone: None,
    Users.photo: None,
    Users.seller_number: None,
    Users.active: False,
}
_SALE = _("The car and its sale are kept: the Bookkeeping Act asks for the papers of five years.")
_WORK = _("The record is about a car or its work and is kept; only what names the person is taken out.")
_USER = _("What the person did is kept and told by whom it was done; the person is named no longer.")
_HOURS = _("Hours and absences are kept as long as the Working Environment Act and the payroll ask for them.")
_NOTHING = _("Nothing asks for it to be kept.")
_PAPERS = _("Invoices are kept as the Bookkeeping Act asks, and what the workshop took shows the car.")
_OF_CUSTOMER = frozenset({"order", "delivery", None})

DONE: dict[str, Text] = {
    "replaced": _("Pseudonymised"),
    "masked": _("Names taken out"),
    "deleted": _("Deleted"),
    "kept": _("Kept"),
}


@dataclass(frozen=True, slots=True)
class Deed:
    """What is done to one record: the values that are written, or that it is deleted (None)."""

    held: Held
    row: Seen
    values: Mapping[str, Any] | None


def mask_of(cars: Sequence[Seen], people: Sequence[Person] = ()) -> Mask:
    """Return what takes the customers of cars out of texts."""
    mark = ERASED_CUSTOMER.stored()

    def told(name: FieldName[str], *more: str) -> set[str]:
        return {str(v) for v in (*(c.row.get(name) for c in cars), *more) if v and v != mark}

    return Mask(
        told(Cars.customer_name, *(p.name for p in people)),
        told(Cars.customer_phone, *(p.phone for p in people)),
        told(Cars.customer_email, *(p.email for p in people)),
    )


def deeds_of(held: Sequence[Held], about: Personal, mask: Mask) -> list[Deed]:
    """Return what is done to each record that is about a person."""
    gone = files_of(held, about)
    deeds = [deed for one in held for row in one.rows if (deed := _deed(one, row, about, mask, gone)) is not None]
    # A file goes after what says whose it is.
    return sorted(deeds, key=lambda deed: deed.held.meta.name == FILES)


def files_of(held: Sequence[Held], about: Personal) -> frozenset[UUID]:
    """Return the files, and where they are attached, that are a person's own.

    A colleague's is the picture of them. Of a customer they are what came with the order and the handover, and with
    what was written; what the workshop took shows the car, and an invoice is kept by law.
    """
    if about != CUSTOMER:
        return frozenset(row.id for one in held if one.meta.name == FILES for row in one.rows)
    attached = [row for one in held if one.meta.name == CAR_FILES for row in one.rows]
    own = [row for row in attached if row.row.get(CarFiles.stage) in _OF_CUSTOMER]
    return frozenset({row.id for row in own} | {row.row[CarFiles.file] for row in own})


def _deed(held: Held, row: Seen, about: Personal, mask: Mask, gone: frozenset[UUID]) -> Deed | None:
    erased = row.id in gone if held.meta.name in {FILES, CAR_FILES} else held.meta.declared.access.erasable
    if erased:
        return Deed(held, row, None)
    fixed = {CARS: OF_CUSTOMER, USERS: _of_user(row)}.get(held.meta.name, {})
    values = {str(name): value for name, value in fixed.items() if row.row.get(name) not in {value, None}}
    stored = plain(row.row)
    for item in held.fields(about):
        if item.own and stored.get(item.name) is not None:
            # What a company asks of a customer itself may be anything: nothing of it is left.
            values[item.name] = None
        elif item.name not in fixed and (masked := mask(stored.get(item.name))) != stored.get(item.name):
            values[item.name] = masked
    return Deed(held, row, values) if values else None


def _of_user(row: Seen) -> dict[FieldName[Any], Any]:
    return {**_OF_PERSON, Users.email: f"erased-{row.id.hex}@erased.invalid"}


def told(held: Sequence[Held], deeds: Sequence[Deed]) -> list[dict[str, Any]]:
    """Return what is done, a line for each collection and deed, with why; what is left as it is among them."""
    lines = []
    for one in held:
        mine = [d for d in deeds if d.held is one]
        counts = {"deleted": sum(d.values is None for d in mine)}
        counts["replaced" if one.meta.name in {CARS, USERS} else "masked"] = len(mine) - counts["deleted"]
        counts["kept"] = len(one.rows) - len(mine)
        lines += [
            {
                "collection": one.meta.name,
                "label": one.meta.declared.plural,
                "done": code,
                "told": DONE[code],
                "count": count,
                "why": _why(one.meta.name, code),
            }
            for code, count in counts.items()
            if count
        ]
    return lines


def _why(collection: str, code: str) -> Text:
    if code == "deleted":
        return _NOTHING
    kept = {
        CARS: _SALE,
        USERS: _USER,
        "timebank_entries": _HOURS,
        "absences": _HOURS,
        FILES: _PAPERS,
        CAR_FILES: _PAPERS,
    }
    return kept.get(collection, _WORK)


async def erase(ctx: CommandContext, held: Sequence[Held], deeds: Sequence[Deed], about: Personal) -> None:
    """Do it, and take out of the history what the personal fields of these records held."""
    for one in deeds:
        if one.values is None:
            await forgetting.delete_record(ctx.work, one.held.meta, one.row.id)
        else:
            await forgetting.replace_values(ctx.work, one.held.meta, one.row.id, one.values)
    for group in held:
        names = [item.name for item in group.fields(about) if item.points_to is None]
        if (group.meta.declared.history and about == CUSTOMER) or group.meta.name == USERS:
            await forgetting.take_out(ctx.work, group.meta, [row.id for row in group.rows], names)
