"""Collection: the one place where a kind of record is written down."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from directapp.declare.access import Access
from directapp.declare.case import Case, Consequence, Many, One
from directapp.declare.events import Emit
from directapp.declare.fields import Field, Group
from directapp.declare.kinds import Kind
from directapp.declare.names import Patch
from directapp.declare.rules import Rule
from directapp.declare.verbs import Verb
from directapp.declare.workflow import Workflow
from directapp.kernel.actor import Actor
from directapp.kernel.errors import Problem
from directapp.kernel.text import Text, _

SYSTEM = Group(
    "system",
    _("System"),
    (
        Field(name="version", label=_("Version"), kind=Kind.INTEGER, computed=True, default=1),
        Field(name="created_at", label=_("Created"), kind=Kind.INSTANT, computed=True),
        Field(
            name="created_by", label=_("Created by"), kind=Kind.REF, ref="users", on_delete="set_null", computed=True
        ),
        Field(name="updated_at", label=_("Changed"), kind=Kind.INSTANT, computed=True),
        Field(
            name="updated_by", label=_("Changed by"), kind=Kind.REF, ref="users", on_delete="set_null", computed=True
        ),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unique:
    """Values that may stand once in the tenant, among the rows of a rule (all: None).

    ``alike``: codes that people take for one count as one, whatever case, spaces and hyphens, O or 0, I or 1.
    """

    fields: tuple[str, ...]
    message: Text
    where: Rule | None = None
    alike: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """No two rows may share every field of ``same`` while their spans overlap, among the rows of a rule.

    ``same`` names references and whole numbers (a lane, where a thing has room for several); ``span`` the two
    instants from (included) and to (not included). PostgreSQL holds it, whatever the concurrency: at the end of a
    write with what it brings with it, so that several may change lanes together, and at the latest at the commit.
    """

    same: tuple[str, ...]
    span: tuple[str, str]
    where: Rule
    message: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A stored number that never exceeds another one of the same row; PostgreSQL holds it too."""

    lesser: str
    greater: str
    message: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Apart:
    """Two references of a row that never name the same, as who asks and who approves, among the rows of a rule.

    PostgreSQL holds it too.
    """

    one: str
    other: str
    message: Text
    where: Rule


@dataclass(frozen=True, slots=True)
class Index:
    """An index behind the tenant: fields in order, over the rows of a rule (all: None).

    A leading ``-`` is the order a list asks for that is sorted descending: what is missing stands last. A field that
    is only compared, or sorted ascending, needs none. With ``sight`` it also holds what decides who sees a row: rows
    are counted in the index alone.
    """

    fields: tuple[str, ...]
    where: Rule | None = None
    sight: bool = False

    @property
    def name(self) -> str:
        """What its name in the database ends with."""
        names = "_".join(n.replace("-", "desc_") for n in self.fields)
        return names + "_some" * (self.where is not None) + "_seen" * self.sight


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """A stored number of hours that follows from the rows of another collection alone.

    It is the minutes begun between the two instants of ``span`` of those rows of ``of`` that agree in every pair of
    ``agree`` (ours, theirs) and that ``where`` counts; a pair of ``unless_empty`` need not agree where ours is empty.
    Whatever writes such a row has the sums that it touches counted anew, as the named system actor, and ``at`` set.
    """

    column: str
    at: str
    of: str
    agree: tuple[tuple[str, str], ...]
    span: tuple[str, str]
    where: Rule
    system: str
    unless_empty: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Views:
    """How people meet the collection: list columns, default sort, the fields that name a record, icon.

    ``sort`` names fields, descending with a leading ``-``. ``menu`` says that it stands in the menu,
    of those companies that use its ``module``, where it has one.
    ``keys`` are further fields, beside the id and what is unique, by which a row of a sheet means a record.
    ``apart`` are fields that tell records of one title apart where the first field of the title has no value: codes, of
    which the first that has a value counts, and what else is seen of them.
    ``urgency`` names a choice that says how urgent a record is; ``assigned`` the references that say who does the work,
    or what it is done on: the first that has a value counts.
    """

    columns: tuple[str, ...]
    title: tuple[str, ...]
    sort: tuple[str, ...] = ("-created_at",)
    filters: tuple[str, ...] = ()
    icon: str = "list"
    menu: bool = False
    module: str | None = None
    keys: tuple[str, ...] = ()
    urgency: str | None = None
    assigned: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()


class FindRows(Protocol):
    """Finds the rows of a tenant, as the system."""

    async def __call__(self, collection: str, equals: Patch, *, limit: int) -> Sequence[Mapping[str, Any]]:
        """Return the rows with these values; a list is any of them."""


Actors = Callable[[FindRows, UUID, Sequence[UUID]], Awaitable[Sequence[Actor]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUp:
    """Rows that are part of how a company is set up, and carried to another installation as files.

    ``key`` names the fields by which a row is known there too (none: there is one row); ``leave_out`` those that stay
    where they are. What is not ``carried`` is only named by others, and has to be there.
    """

    key: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()
    carried: bool = True
    ended: str | None = None
    called: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """A kind of record, declared once.

    ``rules`` judge a Case and return problems: with code "CONFLICT" as 409, with "CONFIRM" as 409 until the writer
    says yes, else 422.
    ``fill`` functions compute stored computed fields, ``suggest`` ones writable fields left empty.
    ``sight`` names fields of which rows that point here keep a copy where who sees them follows this record: whether
    they are seen is then decided without looking it up, but for what hangs on other fields.
    ``subject`` says that files, comments and messages may belong to its records, and be seen with them.
    ``actors`` loads, for records that sign in, as whom they do so; those who may not are left out.
    ``related`` names the records that rules see. ``consequences`` are writes to other records in the
    same transaction. ``events`` are emitted by its writes, beside those of its workflow's steps. ``exposed``
    collections have REST routes, pages and tools; the others are the system's own. ``set_up`` makes its rows part of
    what is carried from a staging installation to the one that people work in. ``own_fields``: companies declare
    fields of their own on it; of these, ``custom_reads`` and ``custom_writes`` name by the code of a company's own
    role what it reads and writes in the rows that it has anyway.
    """

    name: str
    label: Text
    plural: Text
    groups: tuple[Group, ...]
    access: Access
    views: Views
    workflow: Workflow | None = None
    verbs: tuple[Verb, ...] = ()
    rules: tuple[Callable[[Case], list[Problem]], ...] = ()
    fill: tuple[Callable[[Case], Mapping[str, Any]], ...] = ()
    related: tuple[One | Many, ...] = ()
    consequences: tuple[Callable[[Case], list[Consequence]], ...] = ()
    unique: tuple[Unique, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    limits: tuple[Limit, ...] = ()
    apart: tuple[Apart, ...] = ()
    tallies: tuple[Tally, ...] = ()
    indexes: tuple[tuple[str, ...] | Index, ...] = ()
    sight: tuple[str, ...] = ()
    subject: bool = False
    actors: Actors | None = None
    events: tuple[Emit, ...] = ()
    exposed: bool = True
    set_up: SetUp | None = None
    own_fields: bool = False
    custom_reads: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    custom_writes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    history: bool = True
    notes: str = ""
