"""The prototype's export: three files of rows, read in the order in which they can be written."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from directapp.declare.spec import Spec
from directapp.domains.cars.fields import CARS
from directapp.domains.imports.prototype_cars import car
from directapp.domains.imports.prototype_people import does_own_prep, person, site
from directapp.domains.imports.sheet import Sheet
from directapp.domains.people.fields import DEALERSHIPS, USERS
from directapp.kernel.errors import BadPayloadError, Problem
from directapp.kernel.text import _
from directapp.services.incoming import Incoming, Note, Raw

SOURCE = "prototype"
FILES: Mapping[str, str] = {
    "dealership.json": DEALERSHIPS,
    "directus_users.json": USERS,
    "cars.json": CARS,
}
_ABSENT = _("The file {name} is missing.")
_NOT_JSON = _('The file {name} is not as the prototype gives it: {{"data": [...]}}.')
_NOT_A_ROW = _("The row is not an object with an id.")


@dataclass(frozen=True, slots=True)
class Prototype:
    """An export, or (without rows) the knowledge that it takes to understand one of its rows again."""

    spec: Spec
    now: datetime
    own_prep: frozenset[str]
    raws: tuple[Raw, ...] = ()
    source: str = SOURCE

    @property
    def context(self) -> dict[str, Any]:
        """Which sites of the prototype prepare cars themselves."""
        return {"own_prep": sorted(self.own_prep)}

    def rows(self) -> Sequence[Raw]:
        """Return the rows: sites that prepare before those that only sell, then people, then cars."""
        rank = {collection: place for place, collection in enumerate(FILES.values())}
        return sorted(
            self.raws, key=lambda raw: (rank[raw.collection], self._only_sells(raw) if raw.data else False, raw.number)
        )

    @staticmethod
    def _only_sells(raw: Raw) -> bool:
        return raw.collection == DEALERSHIPS and not does_own_prep(raw.data)

    def understand(self, raw: Raw) -> Incoming:
        """Return what a row becomes."""
        if not raw.data.get("id"):
            note = Note(level="rejected", text=_NOT_A_ROW)
            return Incoming(collection=raw.collection, number=raw.number, data=raw.data, values={}, notes=(note,))
        sheet = Sheet(raw, self.spec[raw.collection], self.now)
        if raw.collection == DEALERSHIPS:
            return site(sheet)
        return person(sheet) if raw.collection == USERS else car(sheet, self.own_prep)


def read_export(spec: Spec, contents: Mapping[str, bytes], now: datetime) -> Prototype:
    """Return the export that some files make up.

    Raises:
        BadPayloadError: a file is missing, or is something else.

    """
    problems = [Problem(_ABSENT.fill(name=name), field=name) for name in FILES if name not in contents]
    raws: list[Raw] = []
    for name, collection in FILES.items():
        if name not in contents:
            continue
        rows = _rows(contents[name])
        if rows is None:
            problems.append(Problem(_NOT_JSON.fill(name=name), field=name))
            continue
        raws += [Raw(collection, place, row if isinstance(row, dict) else {}) for place, row in enumerate(rows, 1)]
    if problems:
        raise BadPayloadError(problems)
    own_prep = {str(r.data.get("id")) for r in raws if r.collection == DEALERSHIPS and does_own_prep(r.data)}
    return Prototype(spec, now, frozenset(own_prep), tuple(raws))


def resume(spec: Spec, context: Mapping[str, Any], now: datetime) -> Prototype:
    """Return the knowledge of an earlier reading, to understand its corrected rows."""
    return Prototype(spec, now, frozenset(context.get("own_prep") or ()))


def _rows(content: bytes) -> list[Any] | None:
    try:
        loaded = json.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError):
        return None
    rows = loaded.get("data") if isinstance(loaded, dict) else loaded
    return rows if isinstance(rows, list) else None


COLUMNS: Mapping[str, Mapping[str, str]] = {
    DEALERSHIPS: {
        "number": "dealership_code",
        "name": "dealership_name",
        "location": "dealership_location",
        "functions": "dealership_functions",
    },
    USERS: {"roles": "role", "dealership": "dealership_code", "seller_number": "selgernummer"},
    CARS: {
        "license_plate": "kjennemerke",
        "car_type": "biltype",
        "dealership": "dealership_id",
        "seller": "selgernummer",
        "seller_notes": "comment",
        "parts_notes": "comment_parts",
        "inspection_approved": "mottakskontroll",
        "arrived_prep_center_at": "ankommet_forhandler",
        "arrived_dealership_at": "ankommet_forhandler",
        "parts_ordered_seller_at": "deler_bestilt",
        "parts_arrived_seller_at": "deler_ankommet",
        "scheduled_technical_start": "teknisk_klargjoring",
        "scheduled_cosmetic_start": "kosmetisk_klargjoring",
        "delivered_to_dealership_at": "levert_forhandler",
        "created_at": "date_created",
        "updated_at": "date_updated",
    },
}


def column_of(collection: str, field: str) -> str:
    """Return the prototype's column that a field comes from; many have the same name."""
    return COLUMNS.get(collection, {}).get(field, field)
