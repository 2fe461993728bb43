// A record's page keeps up: its head and stages, the groups one reads, those one has not begun to fill in.
import { fetchPart, isHeld, looksOf, putInPlace, tint, tintChanged } from "./live-parts.js";

const HEAD_PARTS = ".status-line, .overview-line dd, .stage";

/**
 * @param {Document} page
 * @param {Change[]} changes
 * @param {boolean} missed
 * @returns {Promise<Kept>}
 */
export async function keepUpRecord(page, changes, missed) {
  const [, , collection, record] = location.pathname.split("/");
  const mine = missed || changes.some(([name, id]) => name === collection && id === record);
  const beside = page.getElementById("head")?.dataset.live?.split(" ") ?? [];
  const held =
    mine || changes.some(([name]) => beside.includes(name)) ? await keepUpPage(page, collection, record) : false;
  await keepUpSections(page, changes, missed, mine);
  return held ? "held" : "done";
}

/**
 * @param {Document} page
 * @param {string} collection
 * @param {string} record
 */
async function keepUpPage(page, collection, record) {
  const fresh = await fetchPart(location.pathname + location.search);
  const head = fresh?.querySelector("#head");
  if (!fresh || !head) return false;
  // A checklist takes its lines itself, and the head when no finger is at work.
  const checklist = page.querySelector("form[data-checklist]");
  checklist?.dispatchEvent(new CustomEvent("checklist:live", { detail: fresh }));
  const heldHead = !checklist && keepUpHead(/** @type {HTMLElement} */ (page.querySelector("#head")), head);
  keepUpCards(page, fresh);
  keepUpCounts(page, fresh);
  keepUpFeed(page, fresh);
  const held = keepUpGroups(page, fresh);
  if (held) await tellWho(page, collection, record);
  return heldHead || held;
}

/**
 * @param {Element} old
 * @param {Element} fresh
 */
export function keepUpHead(old, fresh) {
  if (looksOf(old) === looksOf(fresh)) return false;
  const before = [...old.querySelectorAll(HEAD_PARTS)].map((part) => part.textContent);
  const act = old.querySelector("#act");
  if (!isHeld(old) && !act?.childElementCount) {
    const head = putInPlace(old, fresh);
    tintChanged(before, [...head.querySelectorAll(HEAD_PARTS)]);
    return false;
  }
  for (const name of [".status-line", ".overview-why", ".overview-next", ".overview-facts", ".track"]) {
    const [was, now] = [old.querySelector(name), fresh.querySelector(name)];
    if (was && now && looksOf(was) !== looksOf(now) && !isHeld(was)) putInPlace(was, now);
  }
  tintChanged(before, [...old.querySelectorAll(HEAD_PARTS)]);
  return true;
}

/**
 * Of a card that somebody writes in only the list is brought up to date.
 * @param {Document} page
 * @param {Document} fresh
 */
function keepUpCards(page, fresh) {
  const [old, now] = [page, fresh].map((one) => one.getElementById("overview-cards"));
  for (const card of now?.children ?? []) {
    const shown = page.getElementById(card.id);
    if (!shown) {
      old?.append(document.importNode(card, true));
      continue;
    }
    if (looksOf(shown) === looksOf(card) || shown.querySelector("details[open]")) continue;
    const [list, fresher] = [shown, card].map((one) => one.querySelector("ol, ul"));
    if (!isHeld(shown)) putInPlace(shown, card);
    else if (list && fresher) putInPlace(list, fresher);
  }
}

/**
 * @param {Document} page
 * @param {Document} fresh
 */
function keepUpCounts(page, fresh) {
  for (const now of fresh.querySelectorAll("details.section")) {
    const section = page.getElementById(now.id);
    const [old, count] = [section, now].map((one) => one?.querySelector(".section-count"));
    if (!section || !old || !count || old.textContent === count.textContent) continue;
    old.textContent = count.textContent;
    section.classList.toggle("is-empty", now.classList.contains("is-empty"));
  }
  const [old, anchors] = [page, fresh].map((one) => one.querySelector(".anchors"));
  if (old && anchors && looksOf(old) !== looksOf(anchors) && !isHeld(old)) putInPlace(old, anchors);
}

/**
 * @param {Document} page
 * @param {Document} fresh
 */
function keepUpFeed(page, fresh) {
  const [old, now] = [page, fresh].map((one) => one.getElementById("feed"));
  if (!old || !now || looksOf(old) === looksOf(now) || isHeld(old)) return;
  const known = new Set([...old.querySelectorAll("li")].map(looksOf));
  for (const line of putInPlace(old, now).querySelectorAll("li")) if (!known.has(looksOf(line))) tint(line);
}

/**
 * A group keeps its place by its heading; one that somebody is in, or has typed in, waits.
 * @param {Document} page
 * @param {Document} fresh
 */
function keepUpGroups(page, fresh) {
  const coming = new Map(groupsOf(fresh).map((group) => [nameOf(group), group]));
  let held = false;
  for (const old of groupsOf(page)) {
    const now = coming.get(nameOf(old));
    if (!now || looksOf(old) === looksOf(now)) continue;
    if (isHeld(old)) {
      held = true;
      continue;
    }
    const before = new Map(linesOf(old).map((line) => [titleOf(line), looksOf(line)]));
    for (const line of linesOf(putInPlace(old, now))) if (before.get(titleOf(line)) !== looksOf(line)) tint(line);
  }
  return held;
}

/** @param {Document} page */
function groupsOf(page) {
  return [...page.querySelectorAll("#main .field-group:not(.section, .feed, #checklist)")];
}

/** @param {Element} group */
function nameOf(group) {
  return group.id || group.querySelector("h2")?.textContent;
}

/** @param {Element} group */
function linesOf(group) {
  return [...group.querySelectorAll(".field, .damage-item")];
}

/** @param {Element} line */
function titleOf(line) {
  return line.querySelector("dt, label, legend, .damage-text")?.textContent;
}

/**
 * The folded parts of the page that are open: those whose own records changed, and the history.
 * @param {Document} page
 * @param {Change[]} changes
 * @param {boolean} missed
 * @param {boolean} mine
 */
async function keepUpSections(page, changes, missed, mine) {
  const changed = new Set(changes.map(([name]) => name));
  for (const section of page.querySelectorAll("details.section[open][hx-get]")) {
    const code = section.id.slice(2);
    const body = section.querySelector(".section-body");
    const concerned =
      missed || changed.has(code) || (mine && code === "history") || (code === "damage" && changed.has("inspections"));
    if (!concerned || !body || isHeld(body) || body.querySelector(".skeleton")) continue;
    const fresh = await fetchPart(section.getAttribute("hx-get") ?? "", true);
    if (!fresh || looksOf(fresh.body) === looksOf(body)) continue;
    const known = new Set([...body.querySelectorAll("li")].map(looksOf));
    const holder = document.createElement("div");
    holder.className = body.className;
    holder.append(...fresh.body.childNodes);
    const made = putInPlace(body, holder);
    for (const line of made.querySelectorAll("li")) if (!known.has(looksOf(line))) tint(line);
  }
}

/**
 * @param {Document} page
 * @param {string} collection
 * @param {string} record
 */
async function tellWho(page, collection, record) {
  const told = await fetchPart(`/app/live/who?collection=${collection}&record=${record}`, true);
  const banner = told?.querySelector("#live-banner");
  if (!banner) return;
  const old = page.querySelector("#live-banner");
  if (old) old.replaceWith(document.importNode(banner, true));
  else page.querySelector("#head")?.after(document.importNode(banner, true));
}
