"""Print the notes of the next release: what was decided since the last one, and what its migrations ask for.

What the last release brought stands in migrations/releases.txt; a release adds a line there.
"""

import re
from pathlib import Path

from directapp.app.upgrades import read_migrations, read_releases

TOP = Path(__file__).resolve().parents[1]


def decisions(after: str) -> list[str]:
    """Return a line for each decision since one, from its title and first sentence."""
    lines = []
    for page in sorted((TOP / "docs/decisions").glob("[0-9]*.md")):
        title, _, rest = page.read_text().partition("\n")
        told = re.search(r"\*\*Decided\.\*\*\s+(.+?[.:])(\s|$)", rest, re.DOTALL)
        if page.name[:4] > after and told:
            lines.append(f"- [{title.lstrip('# ')}](docs/decisions/{page.name}): {' '.join(told[1].split())}")
    return lines


def notes() -> str:
    """Return the notes since the last release, as Markdown."""
    release, migration, decision = read_releases()[-1]
    missing = [one for one in read_migrations() if one.revision > migration]
    lines = [
        f"# Since {release}",
        "",
        "## Decided",
        "",
        *(decisions(decision) or ["Nothing."]),
        "",
        "## To upgrade",
        "",
    ]
    alone = [f"- {one.revision} {one.title}: stop every process first, {one.alone}" for one in missing if one.alone]
    if not missing:
        lines.append("No migrations.")
    elif not alone:
        lines.append("The release before goes on serving meanwhile: `directapp upgrade --apply`, then the new version.")
    lines += alone + [f"- {one.revision} {one.title}" for one in missing if not one.alone]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(notes(), end="")
