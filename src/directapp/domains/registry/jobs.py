"""The schedules of the registry: filling in at night, and inspections that fall due."""

from datetime import time

from directapp.domains.registry.answers import REGISTRAR
from directapp.domains.registry.inspections import remind
from directapp.domains.registry.lookups import forget_answers
from directapp.domains.registry.nightly import Enricher
from directapp.kernel.text import _
from directapp.services.command import CommandContext
from directapp.services.jobs import Daily, Schedule, sweep


def schedules(enricher: Enricher, days: int, states: tuple[str, ...]) -> tuple[Schedule, ...]:
    """Return what is done again and again, to cars in some states; inspections are told of some days ahead."""
    reminded = remind(days, states)

    async def tell(ctx: CommandContext) -> None:
        await reminded(ctx)
        await forget_answers(ctx)

    return (
        Schedule(
            name="registry at night",
            label=_("Fill in cars from the vehicle registry"),
            when=Daily(time(3, 0)),
            run=enricher.begin,
        ),
        Schedule(
            name="inspections due",
            label=_("Tell about periodic inspections"),
            when=Daily(time(5, 0)),
            run=sweep(tell, REGISTRAR),
        ),
    )
