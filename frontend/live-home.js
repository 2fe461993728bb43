// The front page keeps up: its counts and queues are put in place, whatever is focused stays focused.
import { fetchPart, looksOf, putInPlace, tint } from "./live-parts.js";

const THING = ".tile, .line";

/** Whether the open page is the front page. */
export function isHome() {
  return location.pathname === "/";
}

/**
 * @param {Document} page
 * @param {Change[]} changes
 * @param {boolean} missed
 * @returns {Promise<Kept>}
 */
export async function keepUpHome(page, changes, missed) {
  if (!missed && !changes.length) return "done";
  const fresh = await fetchPart(location.href, true);
  if (!fresh) return "done";
  const parts = new Map([...fresh.querySelectorAll("[data-live]")].map((part) => [part.id, part]));
  const here = [...page.querySelectorAll("#home [data-live]")];
  const focused = document.activeElement?.closest("#home a")?.getAttribute("href");
  if (parts.size !== here.length || here.some(({ id }) => !parts.has(id))) {
    page.querySelector("#home")?.replaceChildren(...document.importNode(fresh.body, true).childNodes);
  } else {
    for (const old of here) {
      const part = /** @type {HTMLElement} */ (parts.get(old.id));
      if (looksOf(old) !== looksOf(part)) exchange(old, part);
    }
  }
  if (focused && document.activeElement === document.body)
    page.querySelector(`#home a[href="${CSS.escape(focused)}"]`)?.focus();
  return "done";
}

/**
 * @param {Element} old
 * @param {Element} part
 */
function exchange(old, part) {
  const known = new Set([...old.querySelectorAll(THING)].map(looksOf));
  for (const thing of putInPlace(old, part).querySelectorAll(THING)) if (!known.has(looksOf(thing))) tint(thing);
}
