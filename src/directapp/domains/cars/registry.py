"""What a car takes over from the vehicle registry: chosen fields of a kept answer, each with its source and time.

A value that nobody fetched is a person's; only a person who names the field lets an answer replace it.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from directapp.declare.case import Case
from directapp.declare.fields import Choice, Field, field
from directapp.declare.kinds import Kind
from directapp.declare.names import Row, field_name, plain
from directapp.declare.verbs import Verb
from directapp.domains.cars.fields import REGISTRY_ANSWERS, Cars, RegistryAnswers
from directapp.domains.cars.groups import IDENTITY
from directapp.domains.cars.states import OPEN
from directapp.domains.registered.naming import REGISTRY
from directapp.kernel.errors import ConflictError, InvalidError, NotFoundError, Problem
from directapp.kernel.text import _
from directapp.services.command import CommandContext
from directapp.services.seen import Seen

SOURCES = Cars.registry_sources
PERSON = "user"
REGISTRAR = "registry"
_NOT_FETCHED = frozenset({Cars.car_type, SOURCES})
FETCHED: tuple[Field, ...] = tuple(
    f for g in (IDENTITY, REGISTRY) for f in g.fields if f.name not in _NOT_FETCHED and f.stored
)
_NAMES = frozenset(f.name for f in FETCHED)
# The registry's variant is that of the type approval: it is taken over only by somebody who says so.
_ONLY_NAMED = frozenset({"variant"})

_NO_ANSWER = _("The answer of the vehicle registry is gone. Look up again.")
_ANOTHER_CAR = _(
    "The answer is about another car ({code}), so nothing is filled in. If the car’s own number is the one that is"
    " wrong, take that along."
)
_NOT_IN_IT = _("The answer says nothing about {label}.")


async def fill_from_registry(ctx: CommandContext) -> None:
    """Take fields of a kept answer over: those named, else those that the car lacks."""
    answer = await _answer(ctx)
    found, car = answer.row.get(RegistryAnswers.found) or {}, ctx.target.row
    named = ctx.params.get("fields")
    other = another(car, answer.row)
    if other is not None and other not in (named or ()):
        raise ConflictError(Problem(_ANOTHER_CAR.fill(code=_told(answer.row, other)), field=other))
    if named is None:
        chosen = [n for n in found if n in _NAMES - _ONLY_NAMED and car.get(n) is None]
    else:
        missing = [f for f in FETCHED if f.name in named and f.name not in found]
        if missing:
            raise InvalidError([Problem(_NOT_IN_IT.fill(label=f.label), field="fields") for f in missing])
        chosen = list(named)
    if chosen:
        await ctx.change(taken_over(car, found, chosen), system=REGISTRAR)


def another(car: Row, answer: Row) -> str | None:
    """Return the field by which an answer is about another car: its chassis number, else its plate; None: the same."""
    chassis, mine = _told(answer, "vin"), car.get(Cars.vin)
    if chassis and mine:
        return None if chassis == mine else "vin"
    plate, told = car.get(Cars.license_plate), _told(answer, "license_plate")
    asked = answer.get(RegistryAnswers.asked) if answer.get(RegistryAnswers.kind) == "plate" else None
    return None if plate is None or told is None or plate in {told, asked} else "license_plate"


def _told(answer: Row, name: str) -> str | None:
    said = (answer.get(RegistryAnswers.found) or {}).get(name, {}).get("value")
    return str(said or answer.get(RegistryAnswers.chassis_number) or "") or None if name == "vin" else said


async def _answer(ctx: CommandContext) -> Seen:
    try:
        return await ctx.look_up(REGISTRY_ANSWERS, UUID(str(ctx.params["answer"])), system=REGISTRAR)
    except (ValueError, NotFoundError):
        raise InvalidError(Problem(_NO_ANSWER, field="answer")) from None


def taken_over(car: Row, found: Mapping[str, Any], chosen: list[str]) -> dict[str, Any]:
    """Return the patch that takes fields over: their values, and where each comes from."""
    sources = dict(car.get(SOURCES) or {})
    for name in chosen:
        sources[name] = {"source": found[name]["source"], "at": found[name]["at"]}
    return {**{name: found[name]["value"] for name in chosen}, SOURCES: sources}


def sources(case: Case) -> Mapping[str, Any]:
    """Note that a value somebody typed over a fetched one is a person's, and forget the source of an emptied one."""
    kept = case.get(SOURCES)
    if case.before is None or SOURCES in case.patch or not isinstance(kept, dict):
        return {}
    mine = [n for n in kept if n in _NAMES and n in case.patch and case.changed(field_name(n))]
    if not mine:
        return {}
    said = {"source": PERSON, "at": case.now.isoformat()}
    typed = {n: said for n in mine if plain(case.row).get(n) is not None}
    return {SOURCES: {n: s for n, s in kept.items() if n not in mine} | typed}


FILL_FROM_REGISTRY = Verb(
    name="fill_from_registry",
    label=_("Look up in the vehicle registry"),
    run=fill_from_registry,
    params=(
        field(
            "answer",
            _("Answer of the vehicle registry"),
            required=True,
            max_length=40,
            help=_("What the look-up answered with."),
        ),
        field(
            "fields",
            _("Fields to fill"),
            Kind.CHOICES,
            choices=tuple(Choice(f.name, f.label) for f in FETCHED),
            help=_("Fields that are named are overwritten. Without fields only what is empty is filled."),
        ),
    ),
    states=OPEN,
    icon="database",
)
