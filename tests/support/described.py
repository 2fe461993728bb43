"""The API held against its own description, by schemathesis, as several people."""

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.failures import Failure, FailureGroup

from directapp.declare.fields import Field
from directapp.declare.kinds import BadValueError, Kind
from directapp.declare.spec import CollectionMeta
from support.served import Served

load_all_checks()
_CHECKS = CHECKS.get_by_names(
    [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
    ]
)
# They mail people, or end what the other requests stand on; and health tells of jobs that no worker does here.
_LEFT_ALONE = frozenset({"/auth/logout", "/auth/password/request", "/server/health"})
_SECONDS = 60
_OFTEN = 0.7
_UNDERSTOOD = frozenset({400, 422})


@dataclass
class Findings:
    """What a run found, each kind once with how often and its first request.

    ``faults``: no answer, a 5xx, or an answer that the description does not hold. ``refused``: what fits the
    description and was not understood, by the refusal's words.
    """

    requests: int = 0
    faults: dict[str, list[Any]] = field(default_factory=dict)
    refused: dict[str, list[Any]] = field(default_factory=dict)

    @staticmethod
    def note(where: dict[str, list[Any]], kind: str, example: str) -> None:
        """Count one more of a kind."""
        where.setdefault(kind, [0, example])[0] += 1


@dataclass
class Visit:
    """People who try operations of a served application, each request as every one of them."""

    served: Served
    roles: Sequence[str]
    examples: int
    findings: Findings = field(default_factory=Findings)
    session: requests.Session = field(default_factory=requests.Session)
    known: dict[str, list[str]] = field(default_factory=dict)

    def drive(self, chosen: Callable[[int, str], bool]) -> Findings:
        """Try the operations that are chosen by their number and name; it takes a thread of its own."""
        self._look_around()
        document = self.session.get(f"{self.served.base}/openapi.json", timeout=_SECONDS).json()
        schema = schemathesis.openapi.from_dict(document)
        schema.config.update(base_url=self.served.base)
        for number, found in enumerate(schema.get_all_operations()):
            operation = found.ok()
            if operation.path not in _LEFT_ALONE and chosen(number, operation.label):
                for mode in GenerationMode:
                    self._try(operation, mode)
        self.session.close()
        return self.findings

    def _look_around(self) -> None:
        """Learn some ids of every collection."""
        for meta in self.served.dealer.application.platform.spec.exposed:
            asked = f"{self.served.base}/items/{meta.name}?limit=5&fields=id"
            answer = self.session.get(asked, headers=_header("tenant_admin"), timeout=_SECONDS)
            self.known[meta.name] = [row["id"] for row in answer.json().get("data", ())]

    def _try(self, operation: Any, mode: GenerationMode) -> None:
        chance = random.Random(f"{operation.label} {mode}")
        open_to_all = operation.definition.raw.get("security") == []

        @settings(
            max_examples=self.examples,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(operation.as_strategy(generation_mode=mode))
        def every(case: Any) -> None:
            self._aim(case, chance)
            for role in self.roles[:1] if open_to_all else self.roles:
                self._send(case, {} if open_to_all else _header(role), positive=mode.is_positive)

        # Some operations take nothing that could be wrong.
        with suppress(Unsatisfiable) if mode.is_negative else nullcontext():
            every()

    def _send(self, case: Any, headers: dict[str, str], *, positive: bool) -> None:
        findings, label = self.findings, case.operation.label
        findings.requests += 1
        try:
            answer = case.call(base_url=self.served.base, session=self.session, headers=headers, timeout=_SECONDS)
        except requests.RequestException as error:
            findings.note(findings.faults, f"{label}: {type(error).__name__}", _shown(case))
            return
        if positive and answer.status_code in _UNDERSTOOD:
            for one in answer.json()["errors"]:
                name = str(one["extensions"].get("field"))
                if answer.status_code == HTTPStatus.BAD_REQUEST or self._misread(case, name):
                    findings.note(findings.refused, f"{name}: {one['message']}", f"{label} {_shown(case)}")
        for failure in _failures(case, answer):
            kind = f"{label}: {type(failure).__name__} at {answer.status_code}"
            findings.note(findings.faults, kind, f"{_shown(case)}\n{answer.text[:300]}\n{failure}"[:1500])

    def _misread(self, case: Any, name: str) -> bool:
        """Whether a field's value is refused for itself, and not for what other values or records say."""
        meta = self.served.dealer.application.platform.spec.get(_collection(case.path))
        items = {f.name: f for f in (*_every_field(meta), *_params(meta, case.path))} if meta else {}
        values = [body[name] for body in _bodies(case) if name in body] if name in items else []
        try:
            for value in values:
                items[name].understand(value)
        except BadValueError:
            return True
        return False

    def _aim(self, case: Any, chance: random.Random) -> None:
        """Have a case be about records that there are, most of the time."""
        collection = _collection(case.path)
        meta = self.served.dealer.application.platform.spec.get(collection)
        if meta is None:
            return
        if "id" in case.path_parameters and self.known.get(collection) and chance.random() < _OFTEN:
            case.path_parameters["id"] = chance.choice(self.known[collection])
        references = _references(meta)
        for body in _bodies(case):
            for name in sorted(set(body) & set(references)):
                kind, target = references[name]
                ids = self.known.get(target)
                if ids and body[name] and chance.random() < _OFTEN:
                    one = chance.choice(ids)
                    body[name] = [one] if kind is Kind.REFS else one


def _failures(case: Any, answer: Any) -> Iterator[Failure]:
    for check in _CHECKS:
        try:
            case.validate_response(answer, checks=[check])
        except FailureGroup as group:
            yield from (one for one in group.exceptions if isinstance(one, Failure))
        except Failure as failure:
            yield failure


def _header(role: str) -> dict[str, str]:
    return {"Authorization": f"Test {role}"}


def _collection(path: str) -> str:
    parts = path.strip("/").split("/")
    return parts[1] if parts[0] == "items" else parts[0]


def _bodies(case: Any) -> list[dict[str, Any]]:
    """Return the records of a body: itself, those of a list, or what many are changed to."""
    found = case.body if isinstance(case.body, list) else [case.body]
    return [one.get("data", one) for one in found if isinstance(one, dict) and isinstance(one.get("data", one), dict)]


def _every_field(meta: CollectionMeta) -> list[Field]:
    return [*(p for verb in meta.declared.verbs for p in verb.params), *meta.fields.values()]


def _params(meta: CollectionMeta, path: str) -> list[Field]:
    """Return what the verb that a path ends in takes, which may be called as a field is: a version of a role."""
    name = path.rsplit("/", 1)[-1]
    return [param for verb in meta.declared.verbs if verb.name == name for param in verb.params]


def _references(meta: CollectionMeta) -> dict[str, tuple[Kind, str]]:
    return {f.name: (f.kind, f.ref) for f in _every_field(meta) if f.ref}


def _shown(case: Any) -> str:
    headers = {name: value for name, value in case.headers.items() if name in {"If-Match", "Idempotency-Key"}}
    return f"{case.method} {case.path} {case.path_parameters} {case.query} {headers} {case.body!r}"[:700]
