// The front page keeps up: its counts and queues are put in place, whatever is focused stays focused.
import { fetchPart, looksOf, putInPlace, tint } from "./live-parts.js";

const THING = ".tile, .line";

/** Whether the open page is the front page. */
export function isHome() {
  return location.pathname === "/";
}

export async function keepUpHome(page, changes, missed) {
  if (!missed && !changes.length) return "done";
  const fresh = await fetchPart(location.href, true);
  if (!fresh) return "done";
  const parts = new Map([...fresh.querySelectorAll("[data-live]")].map((part) => [part.id, part]));
  const here = [...page.querySelectorAll("#home [data-live]")];
  const focused = document.activeElement?.closest("#home a")?.getAttribute("href");
  if (parts.size !== here.length || here.some(({ id }) => !parts.has(id))) {
    page.querySelector("#home").replaceChildren(...document.importNode(fresh.body, true).childNodes);
  } else {
    for (const old of here) if (looksOf(old) !== looksOf(parts.get(old.id))) exchange(old, parts.get(old.id));
  }
  if (focused && document.activeElement === document.body)
    page.querySelector(`#home a[href="${CSS.escape(focused)}"]`)?.focus();
  return "done";
}

function exchange(old, part) {
  const known = new Set([...old.querySelectorAll(THING)].map(looksOf));
  for (const thing of putInPlace(old, part).querySelectorAll(THING)) if (!known.has(looksOf(thing))) tint(thing);
}
