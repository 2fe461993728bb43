"""An installation as people have it: made once, and copied for each test that starts the program on it."""

from collections.abc import Iterator

import pytest

from support.once import copied
from support.program import Installation, installed


@pytest.fixture(scope="session")
def whole() -> Installation:
    return installed()


@pytest.fixture
def installation(whole: Installation) -> Iterator[Installation]:
    with copied(whole.data, "directapp-program-") as data:
        yield Installation(data, whole.token)
