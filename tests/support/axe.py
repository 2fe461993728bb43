"""What axe finds wrong with a page, once its parts have come and nothing on it moves any more."""

from functools import cache
from pathlib import Path

from playwright.async_api import Page

_AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
_SETTLED = """async () => {
  const frame = () => new Promise(requestAnimationFrame);
  const moving = () => document.getAnimations().some((one) => one.playState === "running"
    && one.effect?.getComputedTiming().endTime !== Infinity);
  const coming = () => document.readyState !== "complete" || document.querySelector(".htmx-request")
    || [...document.images].some((one) => one.loading !== "lazy" && !one.complete);
  do { await frame(); await frame(); } while (coming() || moving());
}"""
_RUN = """async (runOnly) => (await axe.run(document, { runOnly, resultTypes: ["violations"] })).violations.map(
  v => v.id + ": " + v.nodes.slice(0, 3).map(n => n.html.slice(0, 160) + " | " + n.failureSummary).join("; "))"""
_ALL = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What depends on colours.
_COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}


@cache
def _axe() -> str:
    return _AXE.read_text()


async def violations(page: Page, *, in_dark: bool = False) -> list[str]:
    """Return what axe holds against a page as it stands; ``in_dark``, against its colours in the dark too."""
    await page.evaluate(_SETTLED)
    await page.evaluate(_axe())
    found: list[str] = await page.evaluate(_RUN, _ALL)
    if in_dark:
        await page.emulate_media(color_scheme="dark")
        await page.evaluate(_SETTLED)
        found += [f"in the dark, {one}" for one in await page.evaluate(_RUN, _COLOURS)]
        await page.emulate_media(color_scheme="light")
    return found
