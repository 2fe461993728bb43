// The board and the calendar keep up: only the columns that changed are put in place, never under a card being moved.
import { fetchPart, isHeld, looksOf, putInPlace, tint } from "./live-parts.js";

const VIEW = /^\/app\/([^/]+)\/(board|calendar)$/;

/** Whether the open page is one of these views. */
export function isView() {
  return VIEW.test(location.pathname);
}

export async function keepUpView(page, changes, missed) {
  const [, collection, view] = VIEW.exec(location.pathname);
  const list = page.querySelector("#list");
  if (!list || (!missed && !changes.some(([name]) => name === collection))) return "done";
  const fresh = (await fetchPart(location.href, true))?.querySelector("#list");
  if (!fresh || looksOf(list) === looksOf(fresh)) return "done";
  if (page.querySelector(".is-dragged, dialog[open]")) return "held";
  const focused = document.activeElement?.getAttribute("href");
  const known = new Set(thingsIn(list).map(standing));
  const held = view === "board" ? keepUpLanes(list, fresh) : keepUpDays(list, fresh);
  if (focused && document.activeElement === document.body) page.querySelector(`#list a[href="${CSS.escape(focused)}"]`)?.focus();
  for (const thing of thingsIn(page.querySelector("#list"))) if (!known.has(standing(thing))) tint(thing);
  return held ? "held" : "done";
}

function thingsIn(list) {
  return [...list.querySelectorAll("[data-card], .day-event")];
}

/** How a thing reads, and where it stands. */
function standing(thing) {
  return `${thing.dataset.from ?? thing.closest("td").querySelector("time").dateTime}|${looksOf(thing)}`;
}

function keepUpLanes(list, fresh) {
  const lanes = [...fresh.querySelectorAll("[data-lane]")];
  const old = new Map([...list.querySelectorAll("[data-lane]")].map((lane) => [lane.dataset.lane, lane]));
  if (lanes.length !== old.size || lanes.some((lane) => !old.has(lane.dataset.lane))) {
    putInPlace(list, fresh);
    return false;
  }
  for (const lane of lanes) {
    const mine = old.get(lane.dataset.lane);
    if (looksOf(mine) === looksOf(lane)) continue;
    // Further cards that somebody has asked for stay; those that have moved to another column go.
    if (lane.querySelector(".card-more") && cardsIn(mine).length > cardsIn(lane).length) {
      for (const card of cardsIn(mine)) if (elsewhere(fresh, lane, card)) card.closest("li").remove();
      mine.querySelector(".lane-count").textContent = lane.querySelector(".lane-count").textContent;
    } else putInPlace(mine, lane);
  }
  return false;
}

function cardsIn(lane) {
  return [...lane.querySelectorAll("[data-card]")];
}

function elsewhere(fresh, lane, card) {
  const now = fresh.querySelector(`[data-card="${CSS.escape(card.dataset.card)}"]`);
  return now && !lane.contains(now);
}

function keepUpDays(list, fresh) {
  const [was, now] = [list.querySelector(".calendar-grid"), fresh.querySelector(".calendar-grid")];
  if (!was || !now || isHeld(list.querySelector(".calendar-head"))) return true;
  putInPlace(was, now);
  return false;
}
