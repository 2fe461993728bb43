"""Slot search: where a job fits, ranked, and why.

Order: the earliest first, then the resource with least to do that week, then the one with the right specialisation,
then the car's own site before a site that shares. Every slot begins on a quarter of an hour, whenever the work before
it ends: nobody meets at 10:07.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from heapq import heapify, heappop, heappush

from directapp.domains.planning.engine.lanes import Track, folded
from directapp.domains.planning.engine.ledgers import Ledgers
from directapp.domains.planning.engine.spans import (
    HOUR,
    Seconds,
    ceil_second,
    day_of,
    floor_second,
    instant,
    merged,
    monday_of,
    without,
)
from directapp.domains.planning.engine.words import hours_text, number_text, when_text
from directapp.domains.planning.engine.workdays import day_seconds
from directapp.domains.planning.engine.world import Answer, Booking, Busy, PlanJob, Resource, Slot, World
from directapp.kernel.text import Text, _, listed, verbatim

QUARTER = 15 * 60
_ONE_DAY = timedelta(days=1)
_Candidate = tuple[int, float, bool, bool, str, int]


@dataclass(slots=True)
class _Search:
    """One job in seconds, and what has been found to stand in its way."""

    job: PlanJob
    length: int
    earliest: int
    latest: int
    last_day: date
    blocked: list[Seconds]
    wanted: frozenset[str]
    hindered: set[str] = field(default_factory=set)
    rooms: dict[tuple[str, date], bool] = field(default_factory=dict)


class Finder:
    """A world made ready to search, and to be told what is booked or given up meanwhile."""

    def __init__(self, world: World) -> None:
        """Sort what is taken by resource; lanes, days and weeks are worked out when a search comes to them."""
        self.world = world
        self.resources = {r.id: r for r in world.resources}
        self.ledgers = Ledgers.of(world)
        self._tracks: dict[str, Track] = {}
        self._taken: dict[str, list[Busy]] = {r: [] for r in self.resources}
        for busy in world.busy:
            if busy.resource in self._taken:
                self._taken[busy.resource].append(busy)
        self._by_type: dict[str, list[Resource]] = {}
        for resource in world.resources:
            for kind in resource.types:
                self._by_type.setdefault(kind, []).append(resource)

    def track(self, resource: str) -> Track:
        """Return a resource made ready to ask, when it is first asked."""
        known = self._tracks.get(resource)
        if known is None:
            known = self._tracks[resource] = Track(
                self.resources[resource], self._taken[resource], self.world.first_lane
            )
        return known

    def find(self, job: PlanJob, *, limit: int = 20, per_day: int = 3) -> Answer:
        """Return the best slots for a job, not more than ``per_day`` a day on one resource."""
        if job.hours <= 0:
            return Answer((), (_("The work has no length."),))
        search = _search(job)
        heap = [c for t in self._able(search) if (c := self._candidate(search, t, search.earliest)) is not None]
        heapify(heap)
        slots: list[Slot] = []
        counts: dict[tuple[str, date], int] = {}
        while heap and len(slots) < limit:
            candidate = heappop(heap)
            start, name = candidate[0], candidate[4]
            slots.append(self._slot(search, candidate))
            day = day_of(start)
            counts[name, day] = counts.get((name, day), 0) + 1
            at = start + search.length if counts[name, day] < per_day else day_seconds(day)[1]
            if (again := self._candidate(search, self.track(name), at)) is not None:
                heappush(heap, again)
        return Answer(tuple(self._explained(search, slots)), () if slots else _refusals(search))

    def fits(self, job: PlanJob, slot: Slot) -> bool:
        """Whether a job fits exactly in a slot, as things stand now."""
        return self.fits_at(job, slot.resource, slot.lane, floor_second(slot.start))

    def fits_at(self, job: PlanJob, resource: str, lane: int | None, start: int) -> bool:
        """Whether a job fits on a resource from a second on; in a given lane, or in any."""
        search = _search(job)
        end, track = start + search.length, self.track(resource)
        if start < search.earliest or end > search.latest or track not in self._able(search):
            return False
        day = day_of(start)
        if not self._room(search, track, day) or not any(a <= start and end <= b for a, b in track.working.on(day)):
            return False
        if any(a < end and start < b for a, b in search.blocked):
            return False
        lanes = track.lanes if lane is None else [track.lane(lane)]
        return any(one.free(start, end) for one in lanes)

    def hold(self, job: PlanJob, slot: Slot) -> None:
        """Count a slot as taken by a job."""
        start, end = floor_second(slot.start), ceil_second(slot.end)
        self.track(slot.resource).hold(slot.lane, start, end)
        self._use(slot.resource, job.type, job.site, start, end - start)

    def release(self, booking: Booking) -> None:
        """Count a booking as given up."""
        start, end = floor_second(booking.start), ceil_second(booking.end)
        self.track(booking.resource).release(booking.lane, booking.id, start, end)
        self._use(booking.resource, booking.type, booking.site, start, start - end)

    def give_back(self, job: PlanJob, slot: Slot) -> None:
        """Count a slot that was held for a job as free again."""
        start, end = floor_second(slot.start), ceil_second(slot.end)
        self.track(slot.resource).release(slot.lane, "", start, end)
        self._use(slot.resource, job.type, job.site, start, start - end)

    def lane_number(self, booking: Booking) -> int:
        """Return the lane that a booking is in, also where nobody wrote it."""
        if booking.lane is not None:
            return booking.lane
        return self.track(booking.resource).lane_of.get(booking.id, 0) + self.world.first_lane

    def slot_of(self, booking: Booking) -> Slot:
        """Return the place that a booking has now."""
        resource = self.resources[booking.resource]
        return Slot(
            resource=resource.id,
            site=resource.site,
            lane=self.lane_number(booking),
            start=booking.start,
            end=booking.end,
            own_site=resource.site == booking.site,
            specialised=False,
            utilisation=self.track(resource.id).load(monday_of(day_of(floor_second(booking.start)))),
        )

    def able(self, job: PlanJob) -> list[Resource]:
        """Return the resources that may do a job at all, as far as kind, agreement and specialisation go."""
        return [track.resource for track in self._able(_search(job))]

    def has_room(self, job: PlanJob, resource: str, day: date) -> bool:
        """Whether the ledgers of a day, and of its week, have room for a job on a resource."""
        return self._room(_search(job), self.track(resource), day)

    def _use(self, resource: str, kind: str, consumer: str, start: int, seconds: int) -> None:
        provider, day = self.resources[resource].site, day_of(start)
        self.ledgers.use(provider=provider, consumer=consumer, resource=resource, kind=kind, day=day, seconds=seconds)

    def _able(self, search: _Search) -> list[Track]:
        """Return the resources that may do the job at all, and note why others may not."""
        job, found = search.job, []
        for resource in self._by_type.get(job.type, ()):
            if job.resources and resource.id not in job.resources:
                continue
            if resource.site != job.site and self.ledgers.agreement(resource.site, job.site, job.type) is None:
                search.hindered.add("agreement")
            elif job.specialist_required and not search.wanted & folded(resource.specialisations):
                search.hindered.add("specialist")
            else:
                found.append(self.track(resource.id))
        if not found and not search.hindered:
            search.hindered.add("resource")
        return found

    def _candidate(self, search: _Search, track: Track, at: int) -> _Candidate | None:
        """Return the first place on a resource from a second on, with what it is ranked by."""
        found = self._first(search, track, at)
        if found is None:
            return None
        start, lane = found
        resource = track.resource
        stranger = bool(search.wanted) and not search.wanted & track.specialisations
        # Whole percents, as they are shown: less is no difference to a person, and lets the specialisation decide.
        load = round(track.load(monday_of(day_of(start))), 2)
        return start, load, stranger, resource.site != search.job.site, resource.id, lane

    def _first(self, search: _Search, track: Track, at: int) -> tuple[int, int] | None:
        length, latest = search.length, search.latest
        day = day_of(at)
        while day <= search.last_day:
            for a, b, lane in track.gaps(day):
                begin, end = next_quarter(max(a, at)), min(b, latest)
                if end - begin >= length and self._room(search, track, day):
                    left = without([(begin, end)], search.blocked)
                    start = next((q for c, d in left if d - (q := next_quarter(c)) >= length), None)
                    if start is not None:
                        return start, lane
            day += _ONE_DAY
        return None

    def _room(self, search: _Search, track: Track, day: date) -> bool:
        """Whether the ledgers of a day and its week have room; the same answer for every resource of a site."""
        resource, job = track.resource, search.job
        key = resource.site, day
        known = search.rooms.get(key)
        if known is None:
            known = search.rooms[key] = self._site_room(search, resource.site, day)
        if not known:
            return False
        own = self.ledgers.resource_left(resource.id, job.type, day)
        if own is not None and own < search.length:
            search.hindered.add("ledger")
            return False
        return True

    def _site_room(self, search: _Search, site: str, day: date) -> bool:
        job = search.job
        left = self.ledgers.site_left(site, job.type, day)
        if left is not None and left < search.length:
            search.hindered.add("ledger")
            return False
        if site != job.site:
            week = self.ledgers.week_left(site, job.site, job.type, day)
            if week is not None and week < search.length:
                search.hindered.add("cap")
                return False
        return True

    def _slot(self, search: _Search, candidate: _Candidate) -> Slot:
        start, load, stranger, shared, name, lane = candidate
        resource, job = self.resources[name], search.job
        left = self.ledgers.week_left(resource.site, job.site, job.type, day_of(start)) if shared else None
        return Slot(
            resource=name,
            site=resource.site,
            lane=lane,
            start=instant(start),
            end=instant(start + search.length),
            own_site=not shared,
            specialised=bool(search.wanted) and not stranger,
            utilisation=load,
            hours_left=None if left is None else left / HOUR,
        )

    def _explained(self, search: _Search, slots: list[Slot]) -> Iterable[Slot]:
        """Give each slot the reasons for its place."""
        least: dict[object, float] = {}
        for slot in slots:
            least[slot.start] = min(slot.utilisation, least.get(slot.start, 1.0))
        for slot in slots:
            reasons = [_time_reason(slot, slots[0])]
            alone = sum(other.start == slot.start for other in slots) == 1
            reasons.append(_load_reason(slot, least=not alone and slot.utilisation == least[slot.start]))
            if slot.specialised:
                known = self.resources[slot.resource].specialisations
                words = listed([verbatim(word) for word in known if word.casefold() in search.wanted])
                reasons.append(_("The specialisation matches: {w}.").fill(w=words))
            reasons.append(_site_reason(slot))
            yield replace(slot, reasons=tuple(reasons))


def find_slots(world: World, job: PlanJob, *, limit: int = 20, per_day: int = 3) -> Answer:
    """Search a world once."""
    return Finder(world).find(job, limit=limit, per_day=per_day)


def next_quarter(second: int) -> int:
    """Return the quarter of an hour that begins at a second, or the next one after it."""
    return -(-second // QUARTER) * QUARTER


def _search(job: PlanJob) -> _Search:
    earliest, latest = ceil_second(job.earliest), floor_second(job.latest)
    return _Search(
        job=job,
        length=max(1, round(job.hours * HOUR)),
        earliest=earliest,
        latest=latest,
        last_day=day_of(latest - 1),
        blocked=merged((floor_second(b.start), ceil_second(b.end)) for b in job.blocked),
        wanted=folded(job.specialisations),
    )


def _time_reason(slot: Slot, first: Slot) -> Text:
    if slot.start == first.start:
        return _("The earliest possible.")
    later = _("Free {when}; the first is {first}.")
    return later.fill(when=when_text(slot.start), first=when_text(first.start))


def _load_reason(slot: Slot, *, least: bool) -> Text:
    percent = number_text(slot.utilisation * 100, 0)
    if least:
        return _("Least utilised that week: {p} %.").fill(p=percent)
    return _("Utilised {p} % that week.").fill(p=percent)


def _site_reason(slot: Slot) -> Text:
    if slot.own_site:
        return _("Own site.")
    if slot.hours_left is None:
        return _("Shared by agreement, without a cap.")
    left = _("Shared by agreement: {h} left that week.")
    return left.fill(h=hours_text(slot.hours_left))


_HINDERED = {
    "resource": _("No resource does this kind of work."),
    "agreement": _("Other sites could do it, but have no agreement with this one."),
    "specialist": _("No one else has the specialisation needed."),
    "ledger": _("Some days have too little capacity left."),
    "cap": _("The agreement's cap is reached in some weeks."),
}


def _refusals(search: _Search) -> tuple[Text, ...]:
    if search.earliest + search.length > search.latest:
        narrow = _("{h} do not fit between {a} and {b}.").fill(
            h=hours_text(search.length / HOUR), a=when_text(search.job.earliest), b=when_text(search.job.latest)
        )
        return (narrow,)
    found = [text for code, text in _HINDERED.items() if code in search.hindered]
    if "resource" not in search.hindered:
        none = _("No free time of {h} at a stretch before {b}.").fill(
            h=hours_text(search.length / HOUR), b=when_text(search.job.latest)
        )
        found.append(none)
    return tuple(found)
