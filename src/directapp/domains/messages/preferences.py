"""Preferences: of what a person wants letters too, when it has to be quiet, and whether there is a daily overview."""

from datetime import datetime, time, timedelta
from typing import Any

from directapp.declare.access import Access, grants
from directapp.declare.case import Case
from directapp.declare.collection import Collection, Unique, Views
from directapp.declare.fields import Field, Group, field
from directapp.declare.kinds import Kind
from directapp.declare.names import Row
from directapp.declare.reading import CLOCK_FORM, read_clock
from directapp.declare.rules import Is, Who
from directapp.domains.messages.catalogue import BY_EMAIL, EVENT_CHOICES, NOTICES
from directapp.domains.messages.fields import NoticeChoices
from directapp.domains.people.fields import USERS
from directapp.domains.people.roles import EVERYONE
from directapp.kernel.clock import OSLO
from directapp.kernel.errors import Problem
from directapp.kernel.text import Text, _


def parse_clock(value: Any) -> str:
    """Understand a time of day, as 22:00 (BadValueError: it is none)."""
    clock = read_clock(value)
    return "00:00" if clock == "24:00" else clock


def _clock(name: str, label: Text) -> Field:
    return field(name, label, parse=parse_clock, form=CLOCK_FORM, max_length=5)


CHOICES = Group(
    "all",
    _("Notifications"),
    (
        field(
            NoticeChoices.user,
            _("User"),
            Kind.REF,
            ref=USERS,
            on_delete="cascade",
            required=True,
            immutable=True,
            default=lambda case: case.actor.user,
            personal="employee",
        ),
        field(
            NoticeChoices.email_events,
            _("E-mail on"),
            Kind.CHOICES,
            choices=EVENT_CHOICES,
            default=BY_EMAIL,
            help=_("In DirectApp you are told of everything."),
        ),
        _clock(NoticeChoices.quiet_from, _("Quiet from")),
        _clock(NoticeChoices.quiet_to, _("Quiet until")),
        field(
            NoticeChoices.digest,
            _("Daily overview by e-mail"),
            Kind.BOOLEAN,
            default=False,
            help=_("Unread notifications in one e-mail at 7."),
        ),
    ),
)


def both_ends(case: Case) -> list[Problem]:
    """Demand both a beginning and an end of quiet hours, or neither."""
    missing = [n for n in (NoticeChoices.quiet_from, NoticeChoices.quiet_to) if case.get(n) is None]
    if len(missing) != 1:
        return []
    return [Problem(_("State both from and until."), field=missing[0])]


def own_only(case: Case) -> list[Problem]:
    """Let a person choose for nobody else."""
    if case.actor.is_system or case.get(NoticeChoices.user) == case.actor.user:
        return []
    return [Problem(_("You choose for yourself only."), field=NoticeChoices.user)]


def wants_email(chosen: Row | None, event: str) -> bool:
    """Whether a person wants a letter about an event, by choice or by what is usual."""
    if chosen is None or chosen.get(NoticeChoices.email_events) is None:
        return event in NOTICES and NOTICES[event].email
    return event in chosen[NoticeChoices.email_events]


def quiet_until(chosen: Row | None, now: datetime) -> datetime | None:
    """Return when a person's quiet hours end, None outside them."""
    if chosen is None or not chosen.get(NoticeChoices.quiet_from) or not chosen.get(NoticeChoices.quiet_to):
        return None
    begin, end = (time.fromisoformat(chosen[n]) for n in (NoticeChoices.quiet_from, NoticeChoices.quiet_to))
    local = now.astimezone(OSLO)
    clock = local.time()
    inside = begin <= clock < end if begin < end else clock >= begin or clock < end
    if not inside or begin == end:
        return None
    day = local.date() if clock < end else local.date() + timedelta(days=1)
    return datetime.combine(day, end, OSLO)


OWN = Is(NoticeChoices.user, Who.USER)

NOTICE_CHOICES = Collection(
    name="notice_choices",
    label=_("Notification choices"),
    plural=_("Notification choices"),
    groups=(CHOICES,),
    access=Access(
        systems=("workflow", "messenger", "importer", "demo"),
        grants=grants(EVERYONE, rows=OWN, read=("all",), write=("all",), create=True),
    ),
    views=Views(
        columns=(NoticeChoices.email_events, NoticeChoices.quiet_from, NoticeChoices.quiet_to, NoticeChoices.digest),
        title=(NoticeChoices.user,),
        icon="adjustments-horizontal",
    ),
    rules=(both_ends, own_only),
    unique=(
        Unique(
            fields=(NoticeChoices.user,),
            message=_("Your choices exist already; change them."),
        ),
    ),
)
