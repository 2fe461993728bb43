"""The sheet of the pages beside the whole one, of which nothing is left out: what the build drops, who misses it."""

import asyncio
import json
import re
import subprocess
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from playwright.async_api import Browser, Page

from support.node import find_node
from support.once import made_once

TOP = Path(__file__).parents[2]
BUILT = TOP / "src/directapp/interfaces/web/static/build"

# The selectors of every rule, whatever it is nested in; "::before" and ":hover" are of an element that may be there.
_SELECTORS = r"""
(sheets) => sheets.map((text) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  const found = new Set();
  const walk = (rules) => {
    for (const rule of rules) {
      if (rule.selectorText) for (const one of rule.selectorText.split(/,(?![^(]*\))/)) found.add(one.trim());
      if (rule.cssRules) walk(rule.cssRules);
    }
  };
  walk(sheet.cssRules);
  return [...found];
})
"""
_FOUND = r"""
(selectors) => selectors.filter((one) => {
  const at_rest = one
    .replace(/::[\w-]+(\([^()]*\))?/g, "")
    .replace(/:(hover|focus|focus-visible|focus-within|active|checked|disabled|enabled|indeterminate|invalid|valid|visited|autofill|-webkit-autofill|placeholder-shown|read-only|open|popover-open)\b/g, "")
    .trim()
    .replace(/^(?=[>+~]|$)/, "*")
    .replace(/[>+~]$/, "$&*");
  try {
    return document.querySelector(at_rest) !== null;
  } catch {
    return false;
  }
})
"""  # noqa: E501 - a list of names
_CLASSES = """[...new Set([...document.querySelectorAll("[class]")].flatMap((one) => [...one.classList]))]"""
# What a selector says of others than the element itself and those around it.
_ASIDE = re.compile(r":(?:not|is|where|has)\((?:[^()]|\([^()]*\))*\)|\[[^\]]*\]")
_CLASS = re.compile(r"\.([\w-]+)")


def built_sheet() -> str:
    """Return the sheet that the pages have."""
    manifest = json.loads((BUILT / "manifest.json").read_text())
    return (BUILT / manifest["app.css"]).read_text()


async def whole_sheet() -> str:
    """Return the same sheet with every rule of Tabler's, which a run builds once."""
    return (await asyncio.to_thread(made_once, "sheet", _build_whole) / "app.css").read_text()


def _build_whole(folder: Path) -> None:
    with (folder / "app.css").open("w") as file:
        command = [*find_node(), str(TOP / "frontend/build.mjs"), "--whole"]
        subprocess.run(command, cwd=TOP, stdout=file, check=True, timeout=300)


async def dropped_selectors(browser: Browser, whole: str, built: str) -> list[str]:
    """Return the selectors that the whole sheet has and the other has not, in its order."""
    page = await browser.new_page()
    everything, kept = await page.evaluate(_SELECTORS, [whole, built])
    await page.close()
    return [selector for selector in everything if selector not in set(kept)]


async def missed(page: Page, dropped: Sequence[str]) -> list[str]:
    """Return which of some selectors are of something that stands on a page, at rest or not."""
    # Nearly all name a class that stands nowhere on the page: asking for each takes longer than drawing it.
    classes = set(await page.evaluate(_CLASSES))
    able = [selector for selector in dropped if _named(selector) <= classes]
    found: list[str] = await page.evaluate(_FOUND, able)
    return found


@lru_cache(None)
def _named(selector: str) -> frozenset[str]:
    return frozenset(_CLASS.findall(_ASIDE.sub("", selector)))
