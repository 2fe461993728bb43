"""Ask whether anything that the locks name is known to be vulnerable.

Ends with 1 where something is. A service that cannot be reached, or does not know the packages, is said and passed
over: an installation may be checked without network, and what was not audited is never called clean.
"""

import argparse
import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

TOP = Path(__file__).resolve().parents[1]
LOCKS = ("runtime", "build", "uv", "node", "dev")
OSV = "https://api.osv.dev/v1/query"


def ask(command: Sequence[str]) -> Any:
    """Return what a program answers in JSON, None where it has no answer."""
    answer = subprocess.run(command, cwd=TOP, capture_output=True, text=True, check=False)
    try:
        return json.loads(answer.stdout)
    except ValueError:
        return None


def python_packages(locks: Sequence[str], osv: str) -> list[str]:
    """Return what is known of the packages of these locks, by OSV or else PyPI."""
    files = [word for lock in locks for word in ("-r", lock)]
    program = [sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes", "--format=json", *files]
    for service in (["osv", f"--osv-url={osv}"], ["pypi"]):
        answer = ask([*program, "--progress-spinner=off", "--vulnerability-service", *service])
        packages = answer["dependencies"] if answer else []
        audited = [one for one in packages if "vulns" in one]
        if audited:
            print(f"audit: {len(audited)} of {len(packages)} Python packages looked up at {service[0]}")
            return [f"{p['name']} {p['version']}: {v['id']}" for p in audited for v in p["vulns"]]
        print(f"audit: {service[0]} is not reached, or knows none of the Python packages")
    return []


def front_end_packages() -> list[str]:
    """Return what the registry of npm knows of the packages of package-lock.json."""
    npm = shutil.which("npm")
    answer = ask([npm, "audit", "--package-lock-only", "--json"]) if npm else None
    if not answer or "vulnerabilities" not in answer:
        print("audit: the registry of npm does not tell of the front-end packages; they are not audited")
        return []
    print("audit: front-end packages looked up at the registry of npm")
    return [f"{name}: {found['severity']}" for name, found in answer["vulnerabilities"].items()]


def main() -> int:
    """Say what is found."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--osv-url", default=OSV)
    reader.add_argument("locks", nargs="*", default=[f"requirements/{name}.txt" for name in LOCKS])
    asked = reader.parse_args()
    found = [*python_packages(asked.locks, asked.osv_url), *front_end_packages()]
    for one in found:
        print(f"audit: vulnerable: {one}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
