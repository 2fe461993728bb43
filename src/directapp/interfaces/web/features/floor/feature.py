"""The floor: my cars, scanning, inspections, what works without network, and prints."""

from directapp.interfaces.web.core.context import RequestContext
from directapp.interfaces.web.core.feature import Feature, MenuEntry, Panel, RecordPart
from directapp.interfaces.web.core.render import Asset
from directapp.interfaces.web.core.rights import lists
from directapp.interfaces.web.core.seen import Record
from directapp.interfaces.web.core.words import WORDS
from directapp.interfaces.web.features.floor import labels, mine, prints, scan, taps
from directapp.interfaces.web.features.floor.inspections import answers, damage
from directapp.interfaces.web.features.floor.inspections.checklist import INSPECTIONS, OFFERED_AT_ITEM
from directapp.interfaces.web.features.floor.inspections.feed import FEED
from directapp.interfaces.web.features.floor.inspections.outline import DAMAGE, MARKS, shows_damage
from directapp.interfaces.web.features.floor.inspections.outline import WORDS as DAMAGE_WORDS
from directapp.interfaces.web.features.floor.inspections.overview import OVERVIEW
from directapp.interfaces.web.features.floor.offline import offline_routes


def _on_floor(ctx: RequestContext) -> bool:
    return ctx.actor is not None and mine.on_floor(ctx.actor)


def _shows_damage(ctx: RequestContext, record: Record) -> bool:
    return record.view.full and shows_damage(ctx, record.meta)


def floor_feature(worker: Asset) -> Feature:
    """Return the pages of the floor; ``worker`` is the built service worker."""
    return Feature(
        name="floor",
        routes=(
            *answers.ROUTES,
            *damage.ROUTES,
            *mine.ROUTES,
            *taps.ROUTES,
            *scan.ROUTES,
            *offline_routes(worker),
            *labels.ROUTES,
            *prints.ROUTES,
        ),
        menu=(
            MenuEntry(
                href=lambda _: taps.FLOOR,
                label=WORDS["my_cars"],
                icon="steering-wheel",
                visible=_on_floor,
                codes=frozenset({"floor"}),
                order=20,
                in_hand=True,
            ),
            MenuEntry(
                href=lambda _: "/app/scan",
                label=WORDS["scan"],
                icon="scan",
                visible=lists("cars"),
                codes=frozenset({"scan"}),
                order=50,
                in_hand=True,
            ),
        ),
        overviews=(OVERVIEW,),
        feeds=(FEED,),
        panels=(
            Panel(
                on=mine.CARS,
                code=DAMAGE,
                label=DAMAGE_WORDS["damage"],
                icon="alert-triangle",
                visible=_shows_damage,
            ),
        ),
        parts=(
            RecordPart(
                on=INSPECTIONS,
                template="floor/checklist.html",
                load=answers.checklist_part,
                fields=frozenset({"answers", "items"}),
                verbs=frozenset({OFFERED_AT_ITEM}),
            ),
            RecordPart(
                on=INSPECTIONS, template="floor/damage.html", load=damage.damage_part, fields=frozenset({MARKS})
            ),
            RecordPart(on=mine.CARS, template="floor/print_links.html", load=prints.print_part, beside=True),
        ),
    )
