"""Photos that vendors send: kept with the car of the work, under what was done."""

from dataclasses import dataclass
from uuid import UUID

from directapp.declare.names import Row
from directapp.domains.messages.fields import VendorLinks
from directapp.domains.records.fields import CAR_FILES
from directapp.domains.workshop.fields import WorkItems
from directapp.kernel.actor import Actor, system_actor
from directapp.services.attachments import Attachments, Incoming
from directapp.services.intent import Intent, Origin
from directapp.services.pipeline import Pipeline

MOST_PHOTOS = 10
_KEY = 64
_STAGE = {"technical": "technical", "tyres": "technical", "equipment": "technical", "glass": "technical"}


def vendor_actor(tenant: UUID) -> Actor:
    """Return who writes what a vendor answers."""
    return system_actor(tenant, "vendor")


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """Where a vendor's photo is hung: on the car of the work item, under what was done."""

    car: object
    link: Row
    item: Row
    key: str | None
    origin: Origin


async def hang_photo(
    pipeline: Pipeline, attachments: Attachments, actor: Actor, photo: Photo, incoming: Incoming
) -> None:
    """Keep a vendor's photo with the car; the same one with the same key is kept once."""
    kept = await attachments.keep(
        actor, incoming, {}, origin=photo.origin, key=f"file-{photo.key}"[:_KEY] if photo.key else None
    )
    stage = _STAGE.get(str(photo.item[WorkItems.kind]), "cosmetic")
    title = f"{photo.link[VendorLinks.vendor_name]}: {photo.item[WorkItems.description]}"[:120]
    await pipeline.perform(
        Intent(
            actor=actor,
            collection=CAR_FILES,
            verb="create",
            patch={"car": photo.car, "file": kept.record, "stage": stage, "title": title},
            key=photo.key,
            origin=photo.origin,
        )
    )
