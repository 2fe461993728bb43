"""Alembic as the product sets it up, for tests that go to a revision between."""

import io

from alembic.config import Config

from directapp.declare.spec import Spec
from directapp.store.migrate import FOLDER
from directapp.store.tables import build_metadata


def config_for(spec: Spec, dsn: str) -> Config:
    config = Config(output_buffer=io.StringIO(), stdout=io.StringIO())
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    config.attributes |= {"metadata": build_metadata(spec), "dsn": dsn}
    return config
