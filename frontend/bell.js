// The bell: how many notifications are unread, counted again when one comes or is read anywhere.
import { askJson } from "./ask.js";
import { fetchPart, isHeld, putInPlace } from "./live-parts.js";

const GATHER = 150;
const OWN = "notifications";

/** @param {Document} page */
export function ringBell(page) {
  const bells = [...page.querySelectorAll("[data-bell]")];
  if (!bells.length) return;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  async function count() {
    if (page.hidden) return;
    const told = await askJson("/app/bell", { "hx-request": "true" });
    if (!told) return;
    for (const bell of bells) show(bell, told);
  }
  async function refresh() {
    const inbox = page.querySelector("[data-inbox]");
    if (!inbox || isHeld(inbox)) return;
    const fresh = (await fetchPart(location.href).catch(() => undefined))?.querySelector("[data-inbox]");
    if (fresh && fresh.textContent !== inbox.textContent) putInPlace(inbox, fresh);
  }
  page.addEventListener("live:changes", ({ detail }) => {
    if (!detail.changes.some(([name]) => name === OWN)) return;
    clearTimeout(timer);
    timer = setTimeout(() => Promise.all([count(), refresh()]), GATHER);
  });
  page.addEventListener("visibilitychange", count);
  addEventListener("pageshow", ({ persisted }) => persisted && count());
  count();
}

/**
 * @param {HTMLElement} bell
 * @param {{ count: number, shown: string, said: string }} told
 */
function show(bell, { count, shown, said }) {
  const number = /** @type {HTMLElement} */ (bell.querySelector("[data-bell-count]"));
  const words = /** @type {HTMLElement} */ (bell.querySelector("[data-bell-said]"));
  number.hidden = count === 0;
  number.textContent = count ? shown : "";
  words.textContent = said;
  bell.title = said;
}
