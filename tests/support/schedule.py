"""What each test needs, read from its fixtures, and which files begin: those that took longest in the last full run."""

import os
from collections import defaultdict

import pytest

from support.chromium import CHROMIUM

NEEDS = {"browser": {"chromium"}, "embedded": {"whole"}, "server": {"server", "whole"}}
# How many seconds such a test takes, as long as nobody has measured its file.
GUESSED = {"slow": 60.0, "embedded": 20.0, "browser": 3.0, "server": 0.2}
_RECORD = "directapp/seconds"


class Schedule:
    """Marks and sorts the tests, and keeps how long each file took."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.taken: defaultdict[str, float] = defaultdict(float)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Mark the tests by what they need; let the longest files begin, for a last one would run alone."""
        seconds: defaultdict[str, float] = defaultdict(float)
        for item in items:
            fixtures = set(getattr(item, "fixturenames", ()))
            for mark, needed in NEEDS.items():
                if fixtures & needed:
                    item.add_marker(mark)
            if CHROMIUM is None and item.get_closest_marker("browser"):
                item.add_marker(pytest.mark.skip(reason="there is no Chromium here"))
            guesses = (guess for mark, guess in GUESSED.items() if item.get_closest_marker(mark))
            seconds[_file(item.nodeid)] += next(guesses, 0.01)
        known = self._known()
        items.sort(key=lambda item: -(known.get(_file(item.nodeid)) or seconds[_file(item.nodeid)]))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add up what the setup, the call and the teardown of each test took."""
        self.taken[_file(report.nodeid)] += report.duration

    def pytest_sessionfinish(self) -> None:
        """Keep the sums for the next run, where this one was not narrowed."""
        option = self.config.option
        if option.keyword or option.markexpr or any("::" in argument for argument in self.config.args):
            return
        if self.config.cache and not hasattr(self.config, "workerinput"):
            self.config.cache.set(_RECORD, self._known() | self.taken)

    def _known(self) -> dict[str, float]:
        known: dict[str, float] = self.config.cache.get(_RECORD, {}) if self.config.cache else {}
        return known


def count_workers() -> int:
    """Return two workers a processor: tests wait little, and each worker has a server and a browser to start."""
    return min(2 * (os.cpu_count() or 1), 12)


def _file(nodeid: str) -> str:
    return nodeid.partition("::")[0]
