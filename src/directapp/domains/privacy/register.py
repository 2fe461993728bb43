"""The register of processing: what is held of whom, why, who reads it and how long, from the declarations."""

from collections.abc import Iterable
from dataclasses import dataclass

from directapp.declare.access import EVERY
from directapp.declare.fields import Field, Personal
from directapp.declare.spec import CollectionMeta, Spec
from directapp.domains.cars.fields import CARS
from directapp.domains.people.roles import LABELS
from directapp.domains.privacy.held import CUSTOMER, EMPLOYEE, personal_fields
from directapp.kernel.text import Text, _

ABOUT: dict[Personal, Text] = {CUSTOMER: _("Customers and others outside"), EMPLOYEE: _("Colleagues")}
_SALE = _("To prepare and hand over the car that was sold: the contract with the customer.")
_WORK = _("To do the work on the car, and to tell who it is for.")
_STAFF = _("To give access, plan the work and pay for it: the contract of employment.")
_SAFE = _("To keep the system safe: a legitimate interest.")
_SAFETY = frozenset({"sessions", "one_time_links", "second_factors", "recovery_codes", "credentials", "api_keys"})
ERASABLE, KEPT = _("Deleted on request"), _("Kept without what names the person")


@dataclass(frozen=True, slots=True)
class Entry:
    """What a collection holds of people of a kind."""

    meta: CollectionMeta
    about: Personal
    fields: tuple[Field, ...]
    purpose: Text
    readers: tuple[Text, ...]
    erased: Text


def entries(spec: Spec) -> list[Entry]:
    """Return every collection that holds something personal, those about customers first."""
    return [
        Entry(
            meta,
            about,
            fields,
            _purpose(meta, about),
            tuple(_readers(meta, fields)),
            ERASABLE if meta.declared.access.erasable else KEPT,
        )
        for about in (CUSTOMER, EMPLOYEE)
        for meta in spec.metas.values()
        if (fields := tuple(personal_fields(meta, about)))
    ]


def _purpose(meta: CollectionMeta, about: Personal) -> Text:
    if meta.name in _SAFETY:
        return _SAFE
    return (_SALE if meta.name == CARS else _WORK) if about == CUSTOMER else _STAFF


def _readers(meta: CollectionMeta, fields: tuple[Field, ...]) -> Iterable[Text]:
    names = {item.name for item in fields}
    for code, label in LABELS.items():
        granted = [g for g in meta.declared.access.grants if g.role == code]
        if any(EVERY in g.read or names & meta.reads(g) for g in granted):
            yield label


def register_text(spec: Spec) -> str:
    """Return the register as a page of the reference."""
    lines = [_HEAD]
    for about, label in ABOUT.items():
        lines.append(f"\n## {label.english}\n")
        lines.append("| Collection | Fields | Purpose and ground | Read by | Where somebody asks to be forgotten |")
        lines.append("| --- | --- | --- | --- | --- |")
        lines += [_line(entry) for entry in entries(spec) if entry.about == about]
    return "\n".join(lines) + "\n"


def _line(entry: Entry) -> str:
    fields = ", ".join(f"`{item.name}`" for item in entry.fields)
    readers = ", ".join(label.english for label in entry.readers) or "nobody; the system alone"
    name = f"{entry.meta.declared.plural.english} (`{entry.meta.name}`)"
    return f"| {name} | {fields} | {entry.purpose.english} | {readers} | {entry.erased.english} |"


_HEAD = """\
# Register of processing

Generated from the declarations by `make golden`; do not edit. A field is personal where it is declared so
(`personal="customer"` or `personal="employee"`). Customers are all people outside: buyers, and those who answer for a
vendor. How long each thing is kept is what a company's rules of retention say (`/app/retention_rules`); without a rule
it is kept. How a request is answered: [how](../how-to/answer-a-request-for-personal-data.md)."""
