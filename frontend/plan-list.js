// The plan as a list, as it stands on a phone: what others change is put in place, not under a finger.
import { drawAround, Late } from "./plan-live.js";
import { read } from "./plan-server.js";

const LET_GO = 500;

/**
 * Draws the list where the calendar would stand, and lets it keep up.
 * @param {Document} page
 * @param {HTMLElement} place
 * @param {{ list: string }} config
 */
export async function showList(page, place, { list }) {
  place.innerHTML = (await readList(list)) ?? "";
  place.hidden = !place.innerHTML;
  keepUpListed(page);
}

/** @param {Document} page */
export function keepUpListed(page) {
  const listed = page.querySelector("[data-plan-listed]");
  if (!listed) return;
  const { list = "", side = "" } = listed.dataset;
  const place = /** @type {HTMLElement} */ (listed.parentElement);
  const again = async () => {
    const text = await readList(list);
    if (text === undefined) return false;
    exchange(page, /** @type {HTMLElement} */ (page.querySelector("[data-plan-listed]")), text);
    return true;
  };
  const late = new Late(page, { again, freshen: again, around: () => drawAround(page, side) });
  late.listen();
  place.addEventListener("pointerdown", () => {
    late.hold();
    for (const name of ["pointerup", "pointercancel"])
      addEventListener(name, () => setTimeout(() => late.releaseAll(), LET_GO), { once: true });
  });
}

/** @param {string} address */
async function readList(address) {
  const answer = await read(address, { "HX-Request": "true" });
  return answer?.text();
}

/**
 * @param {Document} page
 * @param {HTMLElement} old
 * @param {string} text
 */
function exchange(page, old, text) {
  const fresh = new DOMParser().parseFromString(text, "text/html").querySelector("[data-plan-listed]");
  if (!fresh || fresh.innerHTML === old.innerHTML) return;
  const focused = old.contains(page.activeElement) && page.activeElement?.getAttribute("href");
  old.replaceWith(page.importNode(fresh, true));
  if (focused)
    page.querySelector(`[data-plan-listed] a[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}
