// A list keeps up: changed cells in their place, new rows where they belong, rows that left it gone.
import { fetchPart, isHeld, mergeLines, putInPlace, steadily, tint } from "./live-parts.js";

// So many rows more than are shown are asked for: new ones at the top must not push the last ones out.
const SLACK = 25;
const MOST = 500;

/**
 * @param {Document} page
 * @param {Change[]} changes
 * @param {boolean} missed
 * @returns {Promise<Kept>}
 */
export async function keepUpList(page, changes, missed) {
  const list = page.querySelector("#list");
  const collection = location.pathname.split("/")[2];
  if (!list || location.pathname !== `/app/${collection}`) return "done";
  if (!missed && !changes.some(([name]) => name === collection)) return "done";
  const fresh = (await fetchPart(addressOf(list), true))?.querySelector("#list");
  if (!fresh) return "done";
  const [was, now] = [list.querySelector("#rows"), fresh.querySelector("#rows")];
  if (!was || !now) {
    if (isHeld(list)) return "held";
    if (was || now) putInPlace(list, fresh);
    return "done";
  }
  const held = mergeRows(was, rowsOf(now), Boolean(now.querySelector(".list-more")));
  await recount(page);
  return held ? "held" : "done";
}

/**
 * The list as it is asked for anew: as many rows as are shown, however often one has asked for more.
 * @param {Element} list
 */
function addressOf(list) {
  const address = new URL(location.href);
  const shown = list.querySelectorAll("#rows > [data-row]").length;
  address.searchParams.set("rows", String(Math.min(shown + SLACK, MOST)));
  return address.href;
}

/** @param {Element} body */
function rowsOf(body) {
  /** @type {NodeListOf<HTMLTableRowElement>} */
  const rows = body.querySelectorAll(":scope > [data-row]");
  return new Map([...rows].map((row) => [row.querySelector("a[href]")?.getAttribute("href") ?? "", row]));
}

/**
 * @param {Element} body
 * @param {Map<string, HTMLTableRowElement>} now
 * @param {boolean} goesOn
 */
function mergeRows(body, now, goesOn) {
  let held = false;
  /**
   * @param {HTMLTableRowElement} mine
   * @param {HTMLTableRowElement} row
   */
  const update = (mine, row) => {
    held = putCells(mine, row) || held;
    return mine;
  };
  const shownOn = Boolean(body.querySelector(".list-more"));
  return steadily(() => mergeLines({ body, was: rowsOf(body), now, shownOn, goesOn, update })) || held;
}

/**
 * Puts what changed of a row in its place; answers whether somebody is in a cell that waits.
 * @param {HTMLTableRowElement} old
 * @param {HTMLTableRowElement} row
 */
export function putCells(old, row) {
  let held = false;
  [...row.cells].forEach((cell, place) => {
    const mine = old.cells[place];
    if (!mine || mine.innerHTML === cell.innerHTML) return;
    const said = mine.textContent !== cell.textContent;
    if (isHeld(mine)) {
      held = true;
      return;
    }
    mine.className = cell.className;
    mine.replaceChildren(...document.importNode(cell, true).childNodes);
    if (said) tint(mine);
  });
  return held;
}

/** @param {Document} page */
async function recount(page) {
  const count = page.querySelector("#count");
  const address = count?.getAttribute("hx-get");
  const text = address && (await fetchPart(address, true))?.body.textContent;
  if (count && text && text !== count.textContent) count.textContent = text;
}
