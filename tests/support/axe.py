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
_RUN = """async () => (await axe.run(document, {
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  resultTypes: ["violations"],
})).violations.map(v => v.id + ": " + v.nodes.slice(0, 3).map(
  n => n.html.slice(0, 160) + " | " + n.failureSummary
).join("; "))"""


@cache
def _axe() -> str:
    return _AXE.read_text()


async def violations(page: Page) -> list[str]:
    """Return what axe holds against a page as it stands."""
    await page.evaluate(_SETTLED)
    await page.evaluate(_axe())
    found: list[str] = await page.evaluate(_RUN)
    return found
