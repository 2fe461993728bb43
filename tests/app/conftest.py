"""An installation as people have it: made once, and copied for each test that starts the program on it."""

from collections.abc import Iterator

import pytest

from support.program import Installation, copied, installed


@pytest.fixture(scope="session")
def whole() -> Iterator[Installation]:
    with installed() as made:
        yield made


@pytest.fixture
def installation(whole: Installation) -> Iterator[Installation]:
    with copied(whole) as own:
        yield own
