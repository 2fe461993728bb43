// A list keeps up: changed cells in their place, new rows where they belong, rows that left it gone.
import htmx from "htmx.org";
import { fetchPart, isHeld, putInPlace, tint } from "./live-parts.js";

// So many rows more than are shown are asked for: new ones at the top must not push the last ones out.
const SLACK = 25;
const MOST = 500;

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

/** The list as it is asked for anew: as many rows as are shown, however often one has asked for more. */
function addressOf(list) {
  const address = new URL(location.href);
  const shown = list.querySelectorAll("#rows > [data-row]").length;
  address.searchParams.set("rows", Math.min(shown + SLACK, MOST));
  return address.href;
}

function rowsOf(body) {
  return new Map([...body.querySelectorAll(":scope > [data-row]")].map((row) => [row.querySelector("a[href]")?.getAttribute("href"), row]));
}

/** Rows are compared as far as both reach; what comes after the last shown row is left to "show more". */
function mergeRows(body, now, goesOn) {
  const was = rowsOf(body);
  const old = [...was.keys()];
  const fresh = [...now.keys()];
  const shownOn = Boolean(body.querySelector(".list-more"));
  const reach = goesOn ? old.findLastIndex((href) => now.has(href)) + 1 : old.length;
  const last = shownOn ? fresh.findLastIndex((href) => was.has(href)) + 1 : fresh.length;
  let held = false;
  let place = null;
  for (const href of fresh.slice(0, last)) {
    const row = now.get(href);
    const mine = was.get(href);
    if (mine) {
      held = putCells(mine, row) || held;
      place = mine;
    } else {
      const made = document.importNode(row, true);
      if (place) place.after(made);
      else body.prepend(made);
      htmx.process(made);
      tint(made);
      place = made;
    }
  }
  for (const href of old.slice(0, reach)) {
    if (now.has(href)) continue;
    const row = was.get(href);
    if (isHeld(row)) held = true;
    else row.remove();
  }
  return held;
}

/** Puts what changed of a row in its place; answers whether somebody is in a cell that waits. */
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

async function recount(page) {
  const count = page.querySelector("#count");
  const address = count?.getAttribute("hx-get");
  const text = address && (await fetchPart(address, true))?.body.textContent;
  if (text && text !== count.textContent) count.textContent = text;
}
