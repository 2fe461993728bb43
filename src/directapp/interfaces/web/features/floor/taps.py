"""Taps: what is done on the floor with one tap or two, safe to send again and hours later."""

from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from fastapi import Response

from directapp.domains.cars.fields import Cars
from directapp.domains.people.fields import Users
from directapp.domains.records.fields import CAR_FILES, CarFiles, Comments
from directapp.interfaces.web.core import notes
from directapp.interfaces.web.core.colleagues import who_see
from directapp.interfaces.web.core.context import PersonContext, RequestContext
from directapp.interfaces.web.core.feature import post
from directapp.interfaces.web.core.form import Posted
from directapp.interfaces.web.core.posted import read_signed, tapped_at
from directapp.interfaces.web.core.uploads import keep_file
from directapp.interfaces.web.core.words import WORDS as COMMON
from directapp.interfaces.web.features.floor.mine import CARS, PLACES, Unsaid, jobs_of, mine_page, moment_of
from directapp.interfaces.web.features.floor.tasks import FloorJob
from directapp.interfaces.web.features.floor.words import WORDS, say
from directapp.interfaces.web.records.record import record_id
from directapp.interfaces.web.records.record_view import look_up
from directapp.kernel.errors import DirectAppError, ForbiddenError, InvalidError, NotFoundError, Problem, StaleError
from directapp.services.intent import Answer
from directapp.services.undo import UNDO
from directapp.store.query import Condition, Filter, Junction, Query

FLOOR = "/app/floor"
_APPROVAL = "quality_approved"
_MOMENTS = ("before", "after")
_STAGES = {"mechanic": "technical", "detailer": "cosmetic", "reception": "inspection"}


async def damage(ctx: PersonContext, car: str) -> Response:
    """Report damage, with photos."""
    posted, target = await read_signed(ctx), record_id(car)

    async def report() -> None:
        await _report_damage(ctx, target, posted)

    unsaid = Unsaid(str(target), "damage", posted.get("text"))
    return await _tapped(ctx, report, say("said_damage", ctx.language), unsaid=unsaid)


async def _tapped(
    ctx: RequestContext, deed: Any, told: str, *, undoes: UUID | None = None, unsaid: Unsaid | None = None
) -> Response:
    """Do it and go back to my cars; what is refused stands above them, and what was typed in its form.

    ``undoes`` is the car on which it may be taken back.
    """

    async def again(error: DirectAppError) -> Response:
        problems = [ctx.say(p.message) for p in error.problems]
        return await mine_page(ctx, problems=problems, unsaid=unsaid, status=int(error.status))

    async with ctx.form(again):
        await deed()
    if undoes is None:
        ctx.cookies.append(notes.tell_done(told, ctx.now))
    else:
        await ctx.tell(told, CARS, undoes, undo=f"{FLOOR}/{undoes}/undo")
    return ctx.go(FLOOR)


async def take_next(ctx: PersonContext) -> Response:
    """Take the most urgent car that nobody has."""
    posted = await read_signed(ctx)

    async def take() -> None:
        await ctx.do(ctx.meta(CARS), "take_next", {}, posted=posted)

    return await _tapped(ctx, take, say("take_next", ctx.language))


async def start(ctx: PersonContext, car: str) -> Response:
    """Start the work on a car."""
    posted = await read_signed(ctx)
    return await _set_fact(ctx, car, posted, _job(ctx, posted).start, f"start_{_job(ctx, posted).stem}")


async def done(ctx: PersonContext, car: str) -> Response:
    """Complete the work on a car."""
    posted = await read_signed(ctx)
    return await _set_fact(ctx, car, posted, _job(ctx, posted).end, f"done_{_job(ctx, posted).stem}")


async def approve(ctx: PersonContext, car: str) -> Response:
    """Approve a car's quality."""
    return await _set_fact(ctx, car, await read_signed(ctx), _APPROVAL, "approve_quality")


def _job(ctx: RequestContext, posted: Posted) -> FloorJob:
    jobs = {job.stem: job for job, _ in jobs_of(ctx.person)}
    job = jobs.get(posted.get("kind")) or next(iter(jobs.values()), None)
    if job is None:
        raise ForbiddenError
    return job


async def _set_fact(ctx: RequestContext, car: str, posted: Posted, name: str, word: str) -> Response:
    target = record_id(car)
    value: Any = True if name == _APPROVAL else tapped_at(posted, ctx.now)

    async def write() -> None:
        await _write(ctx, target, posted, name, value)

    return await _tapped(ctx, write, say(word, ctx.language), undoes=target)


async def _write(ctx: RequestContext, target: UUID, posted: Posted, name: str, value: Any) -> None:
    """Write a fact; over the same one of another person only where the work is done again."""
    meta = ctx.meta(CARS)
    write = partial(ctx.do, meta, "update", {name: value}, posted=posted, target=target)
    try:
        await write(version=posted.version, base={name: None})
    except StaleError:
        row = (await look_up(ctx, meta, target)).view.row
        if not row.get(Cars.rework):
            raise StaleError(await _who_did(ctx, target, name, row.get(name))) from None
        await write()


async def _who_did(ctx: RequestContext, target: UUID, name: str, stored: Any) -> Problem:
    """Return what stands there already, and who wrote it."""
    entries = await ctx.platform.reading.history(ctx.person, CARS, target)
    who = next((str(e["actor_name"]) for e in entries if name in e["changes"]), ctx.say(WORDS["someone"]))
    value = moment_of(ctx, stored) or ctx.formatter.value(ctx.spec[CARS], name, {name: stored}).text
    label = ctx.spec[CARS].fields[name].label
    return Problem(WORDS["changed_by"].fill(who=who, field=label, value=value), field=name)


async def begin(ctx: PersonContext, car: str) -> Response:
    """Begin the inspection of a car, or take up the one that is begun, and go to its checklist."""
    target, posted = record_id(car), await read_signed(ctx)

    async def again(error: DirectAppError) -> Response:
        problems = [ctx.say(p.message) for p in error.problems]
        return await mine_page(ctx, problems=problems, status=int(error.status))

    async with ctx.form(again):
        answer = await ctx.do(ctx.meta("inspections"), "begin", {"car": target}, posted=posted)
    return ctx.go(f"/app/inspections/{answer.record}")


async def missing_part(ctx: PersonContext, car: str) -> Response:
    """Tell the parts departments that a part is missing."""
    target, posted = record_id(car), await read_signed(ctx)
    text = posted.get("text").strip()
    said = say("missing_comment", ctx.language, text=text) if text else say("missing_bare", ctx.language)

    async def tell() -> None:
        await _comment(ctx, target, posted, said, mentions=await _parts_people(ctx, target))

    return await _tapped(ctx, tell, say("said_missing", ctx.language), unsaid=Unsaid(str(target), "part", text))


async def note(ctx: PersonContext, car: str) -> Response:
    """Keep a note on a car."""
    target, posted = record_id(car), await read_signed(ctx)

    async def keep() -> None:
        await _comment(ctx, target, posted, posted.get("text").strip())

    unsaid = Unsaid(str(target), "note", posted.get("text"))
    return await _tapped(ctx, keep, say("said_note", ctx.language), unsaid=unsaid)


async def _comment(
    ctx: RequestContext, car: UUID, posted: Posted, text: str, *, mentions: Sequence[str] = ()
) -> Answer:
    patch: dict[str, Any] = {"car": car, "text": text}
    if mentions:
        patch[Comments.mentions] = list(mentions)
    return await ctx.do(ctx.meta("comments"), "create", patch, posted=posted)


async def _parts_people(ctx: RequestContext, car: UUID) -> list[str]:
    """Return who works with parts at the sites that the car belongs to."""
    row = (await look_up(ctx, ctx.meta(CARS), car)).view.row
    sites = [row[n] for n in ("dealership", "prep_center") if row.get(n)]
    works = Condition(("roles",), "like", "%parts%")
    filter_: Filter = Junction("and", (works, Condition(("dealership",), "in", sites)))
    query = Query(fields=(("id",),), filter=filter_, limit=20)
    try:
        found = await ctx.rows("users", query)
    except ForbiddenError:
        return []
    people = [str(r[Users.id]) for r in found]
    return [str(one) for one in await who_see(ctx, ctx.meta(CARS), car, people, most=len(people))]


async def _report_damage(ctx: RequestContext, car: UUID, posted: Posted) -> None:
    """Make a work item of the damage and hang the photos on the car."""
    text = posted.get("text").strip() or say("damage_bare", ctx.language)
    patch = {"car": car, "description": text, "kind": "body"}
    await ctx.do(ctx.meta("work_items"), "create", patch, posted=posted)
    await _keep_photos(ctx, car, posted)


async def _keep_photos(ctx: RequestContext, car: UUID, posted: Posted, **more: Any) -> None:
    """Hang photos on the car, with the stage at which this person works."""
    stage = next((s for role, s in _STAGES.items() if role in ctx.person.works_as), "technical")
    values = {CarFiles.car: car, CarFiles.stage: stage, **more}
    for number, file in enumerate(posted.files):
        await keep_file(ctx, ctx.meta(CAR_FILES), file, values=values, key=posted.key_of(number))


async def photo(ctx: PersonContext, car: str, moment: str) -> Response:
    """Keep photos of the work on a car, taken before it or after it."""
    posted, target = await read_signed(ctx), record_id(car)
    if moment not in _MOMENTS:
        raise NotFoundError

    async def keep() -> None:
        if not posted.files:
            raise InvalidError(Problem(WORDS["choose_photo"]))
        await _keep_photos(ctx, target, posted, kind=moment)

    return await _tapped(ctx, keep, say(f"said_{moment}", ctx.language))


async def mileage(ctx: PersonContext, car: str) -> Response:
    """Report that the mileage of a car could not be read."""
    return await _set_fact(ctx, car, await read_signed(ctx), Cars.mileage_unread_at, "said_mileage")


async def place(ctx: PersonContext, car: str) -> Response:
    """Report that a car is not where it should be: where it and its key are, where that was said."""
    target, posted = record_id(car), await read_signed(ctx)
    patch: dict[str, Any] = {name: text for name in PLACES if (text := posted.get(name).strip())}
    saw: dict[str, Any] = {"version": posted.version, "base": {n: posted.base.get(n) for n in patch}} if patch else {}
    if not patch:
        patch[Cars.misplaced_at] = tapped_at(posted, ctx.now)

    async def report() -> None:
        meta = ctx.meta(CARS)
        await ctx.do(meta, "update", patch, posted=posted, target=target, **saw)

    unsaid = Unsaid(str(target), "place", posted.get(Cars.parking_spot))
    return await _tapped(ctx, report, say("said_place", ctx.language), undoes=target, unsaid=unsaid)


async def undo(ctx: PersonContext, car: str) -> Response:
    """Take the last tap on a car back."""
    target, posted = record_id(car), await read_signed(ctx)

    async def take_back() -> None:
        await ctx.do(ctx.meta(CARS), UNDO.name, {}, posted=posted, target=target)

    return await _tapped(ctx, take_back, ctx.say(COMMON["undone"]))


ROUTES = (
    post("/app/floor/{car}/damage", damage),
    post("/app/floor/next", take_next),
    post("/app/floor/{car}/start", start),
    post("/app/floor/{car}/done", done),
    post("/app/floor/{car}/approve", approve),
    post("/app/floor/{car}/begin", begin),
    post("/app/floor/{car}/part", missing_part),
    post("/app/floor/{car}/note", note),
    post("/app/floor/{car}/photo/{moment}", photo),
    post("/app/floor/{car}/mileage", mileage),
    post("/app/floor/{car}/place", place),
    post("/app/floor/{car}/undo", undo),
)
