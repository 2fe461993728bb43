// The plan as a list, as it stands on a phone: what others change is put in place, not under a finger.
import { drawAround, keepUp, keepUpSoon } from "./plan-live.js";
import { serverOf } from "./plan-server.js";

const LET_GO = 500;

/** Draws the list where the calendar would stand, and lets it keep up. */
export async function showList(page, place, { list }) {
  place.innerHTML = (await readList(list)) ?? "";
  place.hidden = !place.innerHTML;
  keepUpListed(page);
}

export function keepUpListed(page) {
  const listed = page.querySelector("[data-plan-listed]");
  if (!listed) return;
  const { list, side } = listed.dataset;
  const place = listed.parentElement;
  const again = async () => {
    const text = await readList(list);
    if (text === undefined) return false;
    exchange(page, page.querySelector("[data-plan-listed]"), text);
    return true;
  };
  const plan = { late: new Map(), holds: 0, again, freshen: again, around: () => drawAround(page, side) };
  keepUp(page, plan);
  place.addEventListener("pointerdown", () => {
    plan.holds += 1;
    const letGo = () => {
      plan.holds = 0;
      if (plan.late.size) keepUpSoon(page, plan);
    };
    for (const name of ["pointerup", "pointercancel"])
      addEventListener(name, () => setTimeout(letGo, LET_GO), { once: true });
  });
}

async function readList(address) {
  const answer = await serverOf({}).read(address, { "HX-Request": "true" });
  return answer?.text();
}

function exchange(page, old, text) {
  const fresh = new DOMParser().parseFromString(text, "text/html").querySelector("[data-plan-listed]");
  if (!fresh || fresh.innerHTML === old.innerHTML) return;
  const focused = old.contains(page.activeElement) && page.activeElement.getAttribute("href");
  old.replaceWith(page.importNode(fresh, true));
  if (focused)
    page.querySelector(`[data-plan-listed] a[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}
