"""python -m bench.questions [--wrong]: how many of the questions are understood as they were meant, and how quickly.

The questions stand with their filters in ``tests/asking/questions.tsv``, one a line; ``-`` is one to refuse.
"""

import argparse
import statistics
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import urlencode

from directapp.app.spec import load_spec
from directapp.asking.grammar import Question, about, understand
from directapp.asking.lexicon import Name
from directapp.declare.spec import Spec
from directapp.kernel.actor import Actor
from directapp.kernel.ids import uuid7

PATH = Path(__file__).resolve().parents[1] / "tests" / "asking" / "questions.tsv"
TODAY = date(2026, 11, 25)
REFUSED = "-"
_SITES = (("490", "Volkswagen Kristiansand"), ("499", "Skade og bilpleie"), ("495", "495"), ("324", "324"))
NAMES = (
    *(Name("dealerships", number, text) for number, text in _SITES),
    *(Name("dealerships", number, number) for number in ("490", "499")),
    *(Name("cars", make, make, value_of="make") for make in ("Audi", "BMW", "Toyota", "Volvo", "Volkswagen", "Škoda")),
    *(Name("users", "kari", "Kari Moen"), Name("users", "ola", "Ola Dahl")),
)


@dataclass(frozen=True, slots=True)
class Judged:
    """A question, what was expected and what came of it, and how many milliseconds it took."""

    question: str
    expected: str
    found: str
    took: float

    @property
    def right(self) -> bool:
        """Whether it was understood as it was meant."""
        return self.expected == self.found

    @property
    def guessed(self) -> bool:
        """Whether it was answered with something else than what was meant."""
        return not self.right and self.found != REFUSED


def cases() -> list[tuple[str, str]]:
    """Return the questions with what is expected."""
    lines = (line.split("\t") for line in PATH.read_text().splitlines() if line)
    return [(question, expected) for question, expected in lines]


def ask(spec: Spec, actor: Actor, question: str) -> Question | None:
    """Return how a question is understood on the day of the questions."""
    meta = about(spec, actor, question)
    return None if meta is None else understand(spec, actor, meta, question, names=NAMES, today=TODAY)


def told(found: Question | None) -> str:
    """Return what was understood as the file has it, its parameters in their order."""
    if found is None or not found.sure:
        return REFUSED
    shape = {"list": "", "count": "count ", "groups": f"per {found.group} "}[found.shape]
    params = urlencode(sorted(_short(found)))
    return f"{shape}{found.meta.name}?{params}" + (f" #{found.limit}" if found.limit else "")


def _short(found: Question) -> list[tuple[str, str]]:
    """Return the parameters; all but one choice of a field are told as that one with ``!``."""
    params = list(found.params)
    for item in found.meta.fields.values():
        codes = [value for name, value in params if name == item.name]
        left = [choice.code for choice in item.choices if choice.code not in codes]
        if len(item.choices) > 2 and len(codes) == len(item.choices) - 1:  # noqa: PLR2004 - one of two is no negation
            params = [pair for pair in params if pair[0] != item.name] + [(f"{item.name}!", left[0])]
    return params


def expected_as(text: str) -> str:
    """Return what the file says with its parameters in their order."""
    if text == REFUSED:
        return text
    head, _, rest = text.partition("?")
    params, _, limit = rest.partition(" #")
    pairs = sorted(_pair(pair) for pair in params.split("&") if pair)
    return f"{head}?{urlencode(pairs)}" + (f" #{limit}" if limit else "")


def _pair(text: str) -> tuple[str, str]:
    name, value = text.split("=", 1)
    return name, value


def judged() -> list[Judged]:
    """Return every question with what came of it, as an administrator asks it."""
    spec = load_spec()
    actor = Actor(tenant=uuid7(), user=uuid7(), name="asking", roles=frozenset({"tenant_admin"}))
    results = []
    for question, expected in cases():
        began = time.perf_counter()
        found = ask(spec, actor, question)
        took = (time.perf_counter() - began) * 1000
        results.append(Judged(question, expected_as(expected), told(found), took))
    return results


def main() -> None:
    """Tell how many are right, and how long they take."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wrong", action="store_true", help="tell those that are not right")
    asked = parser.parse_args()
    results = judged()
    right, guessed = (sum(getattr(one, name) for one in results) for name in ("right", "guessed"))
    for one in results:
        if asked.wrong and not one.right:
            kind = "GUESSED" if one.guessed else "refused"
            print(f"{kind}: {one.question}\n  meant {one.expected}\n  found {one.found}")
    print(f"{len(results)} questions: {right} right ({right / len(results):.1%}), {guessed} guessed wrongly")
    took = [one.took for one in results]
    print(f"median {statistics.median(took):.2f} ms, longest {max(took):.1f} ms")


if __name__ == "__main__":
    main()
