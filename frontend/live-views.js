// The board and the calendar keep up: only the columns that changed are put in place, never under a card being moved.
import { fetchPart, isHeld, looksOf, mergeLines, putInPlace, tint } from "./live-parts.js";

// So many cards more than a long column shows are asked for: new ones must not push the last ones out.
const SLACK = 25;
const MOST = 500;
const VIEW = /^\/app\/([^/]+)\/(board|calendar)$/;

/** Whether the open page is one of these views. */
export function isView() {
  return VIEW.test(location.pathname);
}

/**
 * @param {Document} page
 * @param {Change[]} changes
 * @param {boolean} missed
 * @returns {Promise<Kept>}
 */
export async function keepUpView(page, changes, missed) {
  const [, collection, view] = VIEW.exec(location.pathname) ?? [];
  const list = page.querySelector("#list");
  if (!list || (!missed && !changes.some(([name]) => name === collection))) return "done";
  const fresh = (await fetchPart(location.href, true))?.querySelector("#list");
  const long = fresh && view === "board" ? longLanes(list, fresh) : [];
  if (!fresh || (!long.length && looksOf(list) === looksOf(fresh))) return "done";
  if (page.querySelector(".is-dragged, dialog[open]")) return "held";
  const focused = document.activeElement?.getAttribute("href");
  const known = new Set(thingsIn(list).map(standing));
  const held = view === "board" ? keepUpLanes(list, fresh) : keepUpDays(list, fresh);
  for (const lane of long) if (lane.isConnected) await keepUpLong(lane);
  if (focused && document.activeElement === document.body)
    page.querySelector(`#list a[href="${CSS.escape(focused)}"]`)?.focus();
  for (const thing of thingsIn(/** @type {HTMLElement} */ (page.querySelector("#list"))))
    if (!known.has(standing(thing))) tint(thing);
  return held ? "held" : "done";
}

/** @param {Element} list */
function thingsIn(list) {
  return [...list.querySelectorAll("[data-card], .day-event")];
}

/**
 * How a thing reads, and where it stands.
 * @param {HTMLElement} thing
 */
function standing(thing) {
  return `${thing.dataset.from ?? thing.closest("td")?.querySelector("time")?.dateTime}|${looksOf(thing)}`;
}

/**
 * @param {Element} list
 * @param {Element} fresh
 */
function keepUpLanes(list, fresh) {
  const lanes = [...fresh.querySelectorAll("[data-lane]")];
  const old = new Map([...list.querySelectorAll("[data-lane]")].map((lane) => [lane.dataset.lane, lane]));
  if (lanes.length !== old.size || lanes.some((lane) => !old.has(lane.dataset.lane))) {
    putInPlace(list, fresh);
    return false;
  }
  for (const lane of lanes) {
    const mine = /** @type {HTMLElement} */ (old.get(lane.dataset.lane));
    if (looksOf(mine) === looksOf(lane)) continue;
    // Further cards that somebody has asked for stay, and are asked for anew.
    const count = isLong(mine, lane) && mine.querySelector(".lane-count");
    if (count) count.textContent = lane.querySelector(".lane-count")?.textContent ?? "";
    else putInPlace(mine, lane);
  }
  return false;
}

/**
 * @param {Element} mine
 * @param {Element} lane
 */
function isLong(mine, lane) {
  return Boolean(lane.querySelector(".card-more")) && cardsIn(mine).length > cardsIn(lane).length;
}

/**
 * The columns in which somebody has asked for more than a board shows at first.
 * @param {Element} list
 * @param {Element} fresh
 */
function longLanes(list, fresh) {
  return [...list.querySelectorAll("[data-lane]")].filter((mine) => {
    const lane = fresh.querySelector(`[data-lane="${CSS.escape(mine.dataset.lane ?? "")}"]`);
    return lane && isLong(mine, lane);
  });
}

/** @param {HTMLElement} lane */
async function keepUpLong(lane) {
  const address = new URL(location.href);
  address.searchParams.set("lane", lane.dataset.lane ?? "");
  address.searchParams.set("rows", String(Math.min(cardsIn(lane).length + SLACK, MOST)));
  const fresh = (await fetchPart(address.href, true))?.body;
  const body = lane.querySelector(".lane-cards");
  if (!fresh || !body) return;
  /**
   * @param {HTMLElement} mine
   * @param {HTMLElement} card
   */
  const update = (mine, card) => (looksOf(mine) === looksOf(card) ? mine : putInPlace(mine, card));
  const [shownOn, goesOn] = [body, fresh].map((part) => Boolean(part.querySelector(".card-more")));
  mergeLines({ body, was: slotsOf(body), now: slotsOf(fresh), shownOn, goesOn, update });
}

/**
 * @param {Element} part
 * @returns {Map<string, HTMLElement>}
 */
function slotsOf(part) {
  const slots = cardsIn(part).map(
    (card) => /** @type {const} */ ([card.dataset.card ?? "", card.closest("li") ?? card]),
  );
  return new Map(slots);
}

/** @param {Element} lane */
function cardsIn(lane) {
  return [...lane.querySelectorAll("[data-card]")];
}

/**
 * @param {Element} list
 * @param {Element} fresh
 */
function keepUpDays(list, fresh) {
  const [was, now] = [list.querySelector(".calendar-grid"), fresh.querySelector(".calendar-grid")];
  const head = list.querySelector(".calendar-head");
  if (!was || !now || (head && isHeld(head))) return true;
  putInPlace(was, now);
  return false;
}
