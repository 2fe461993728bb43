"""How long a job takes: the median of comparable jobs that are done, else what its kind of work usually takes."""

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median
from typing import Literal

from directapp.domains.planning.engine.words import hours_text
from directapp.kernel.text import Text, _, ngettext, verbatim

ENOUGH = 5
_NONE = _("The usual time for this work: {h}. No comparable job is done yet.")
_FEW = ngettext(
    "The usual time for this work: {h}. One comparable job is done; {enough} are needed.",
    "The usual time for this work: {h}. {count} comparable jobs are done; {enough} are needed.",
)
Basis = Literal["make_model", "car_type", "default"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed:
    """A job that is done, and the hours that it took."""

    type: str
    hours: float
    make: str | None = None
    model: str | None = None
    car_type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """The hours to expect, what they rest on, and on how many jobs."""

    hours: float
    basis: Basis
    n: int
    reason: Text


def _same(one: str | None, other: str | None) -> bool:
    return bool(one and other) and (one or "").strip().casefold() == (other or "").strip().casefold()


def estimate(
    done: Iterable[Completed],
    *,
    type: str,  # noqa: A002 - the trade's word, as everywhere in the engine
    default: float,
    make: str | None = None,
    model: str | None = None,
    car_type: str | None = None,
) -> Estimate:
    """Estimate a job from jobs of its kind on the same make and model, then on the same kind of car."""
    alike = [job for job in done if job.type == type and job.hours > 0]
    make, model = (make or "").strip(), (model or "").strip()
    same_model = [job.hours for job in alike if _same(job.make, make) and _same(job.model, model)]
    if len(same_model) >= ENOUGH:
        name = f"{make} {model}"
        return _from_history(same_model, "make_model", verbatim(name))
    same_kind = [job.hours for job in alike if _same(job.car_type, car_type)]
    if len(same_kind) >= ENOUGH:
        return _from_history(same_kind, "car_type", _("cars of the same kind"))
    nearest = max(len(same_model), len(same_kind))
    reason = _FEW.fill(h=hours_text(default), count=nearest, enough=ENOUGH)
    if not nearest:
        reason = _NONE.fill(h=hours_text(default))
    return Estimate(hours=default, basis="default", n=nearest, reason=reason)


def _from_history(hours: list[float], basis: Basis, what: Text) -> Estimate:
    found = round(float(median(hours)), 2)
    reason = _("The median of {n} jobs done on {what}: {h}.").fill(n=len(hours), what=what, h=hours_text(found))
    return Estimate(hours=found, basis=basis, n=len(hours), reason=reason)
