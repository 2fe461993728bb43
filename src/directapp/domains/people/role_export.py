"""What each role gives, as lines that people read and tools compare: YAML or CSV, the product's roles and one's own."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any
from uuid import UUID

import yaml

from directapp.declare.rules import rule_words
from directapp.declare.spec import Spec
from directapp.domains.people.fields import ROLES
from directapp.domains.people.flow import Auth
from directapp.domains.people.role_pieces import named
from directapp.domains.people.roles import LABELS, OPERATOR, custom_role
from directapp.kernel.errors import InvalidError, Problem
from directapp.kernel.text import _, verbatim

_NOT_READ = _("The file cannot be read: {why}")
_MOST_ROLES = 10_000


@dataclass(frozen=True, slots=True, order=True)
class Line:
    """What one entry of a collection gives a role; lists with spaces between, ``yes`` or nothing."""

    role: str
    collection: str
    rows: str
    edits: str = ""
    states: str = ""
    full: str = ""
    reads: str = ""
    writes: str = ""
    verbs: str = ""
    create: str = ""
    delete: str = ""


async def lines_of(spec: Spec, auth: Auth, tenant: UUID) -> list[Line]:
    """Return what every role of a company gives: those of the product, then its own that are in use."""
    async with auth.open(tenant) as opened:
        rows = [one.row for one in await opened.find(ROLES, limit=_MOST_ROLES)]
    own = sorted(role for row in rows if (role := custom_role(row)) is not None)
    held: dict[str, str] = {code: code for code in LABELS if code != OPERATOR} | {role.code: role for role in own}
    return [line for name, role in held.items() for line in _of_role(spec, name, role)]


def _of_role(spec: Spec, name: str, role: str) -> Iterable[Line]:
    for meta in spec.metas.values():
        for grant in meta.grants_of(frozenset({role})):
            yield Line(
                name,
                meta.name,
                rule_words(grant.rows),
                rule_words(grant.edit_rule) if grant.edit is not None else "",
                " ".join(grant.states),
                "yes" if grant.full else "",
                " ".join(named(meta, meta.reads(grant))),
                " ".join(named(meta, meta.writes(grant))),
                " ".join(sorted(verb.name for verb in meta.verbs_of([grant]))),
                "yes" if grant.create else "",
                "yes" if grant.delete else "",
            )


def as_csv(lines: Iterable[Line]) -> str:
    """Return lines as a sheet."""
    text = io.StringIO()
    writer = csv.DictWriter(text, [one.name for one in fields(Line)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(line) for line in lines)
    return text.getvalue()


def as_yaml(lines: Iterable[Line]) -> str:
    """Return lines by role and collection."""
    found: dict[str, dict[str, list[dict[str, str]]]] = {}
    for line in lines:
        given = {name: value for name, value in asdict(line).items() if value and name not in {"role", "collection"}}
        found.setdefault(line.role, {}).setdefault(line.collection, []).append(given)
    text: str = yaml.safe_dump(found, allow_unicode=True, sort_keys=False, width=120)
    return text


def read_lines(text: str) -> list[Line]:
    """Return the lines of an export, in either form.

    Raises:
        InvalidError: it is none.

    """
    try:
        if text.startswith("role,collection,"):
            return [Line(**row) for row in csv.DictReader(io.StringIO(text))]
        return [Line(role, name, **one) for role, name, one in _entries(yaml.safe_load(text))]
    except (yaml.YAMLError, TypeError, ValueError, AttributeError) as error:
        why = verbatim(str(error).replace("\n", " ")[:200])
        raise InvalidError(Problem(_NOT_READ.fill(why=why))) from error


def _entries(found: Mapping[str, Mapping[str, Sequence[Mapping[str, str]]]]) -> Iterable[tuple[str, str, Any]]:
    for role, collections in found.items():
        for name, entries in collections.items():
            for one in entries:
                yield role, name, {key: str(value) for key, value in one.items()}


def differences(before: Iterable[Line], after: Iterable[Line]) -> list[str]:
    """Return what one export has and the other has not, a line each: ``-`` what is gone, ``+`` what is new."""
    was, now = Counter(before), Counter(after)
    gone = [(line, "-") for line in (was - now).elements()]
    new = [(line, "+") for line in (now - was).elements()]
    return [f"{mark} {_said(line)}" for line, mark in sorted([*gone, *new])]


def _said(line: Line) -> str:
    given = {n: v for n, v in asdict(line).items() if v and n not in {"role", "collection", "rows", "full"}}
    told = "; ".join(f"{name} {value}" if value != "yes" else name for name, value in given.items())
    return f"{line.role}: {line.collection}, {line.rows}" + (f": {told}" if told else "")
