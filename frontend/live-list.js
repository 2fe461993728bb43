// A list keeps up: changed cells in their place, new rows where they belong, rows that left it gone.
import { fetchPart, isHeld, putInPlace, tint } from "./live-parts.js";

export async function keepUpList(page, changes, missed) {
  const list = page.querySelector("#list");
  const collection = location.pathname.split("/")[2];
  if (!list || location.pathname !== `/app/${collection}`) return "done";
  if (!missed && !changes.some(([name]) => name === collection)) return "done";
  const fresh = (await fetchPart(location.href, true))?.querySelector("#list");
  if (!fresh) return "done";
  const [was, now] = [list.querySelector("#rows"), fresh.querySelector("#rows")];
  if (!was || !now) {
    if (isHeld(list)) return "held";
    if (was || now) putInPlace(list, fresh);
    return "done";
  }
  const held = mergeRows(rowsOf(was), rowsOf(now), was);
  await recount(page);
  return held ? "held" : "done";
}

function rowsOf(body) {
  return new Map([...body.querySelectorAll(":scope > [data-row]")].map((row) => [row.querySelector("a[href]")?.getAttribute("href"), row]));
}

/** The first page is compared; rows that were loaded beyond it stay as they are. */
function mergeRows(was, now, body) {
  const whole = was.size <= now.size || !body.querySelector(".list-more");
  let held = false;
  let place = null;
  for (const [href, row] of now) {
    const old = was.get(href);
    if (old) {
      held = updateCells(old, row) || held;
      place = old;
    } else {
      const made = document.importNode(row, true);
      if (place) place.after(made);
      else body.prepend(made);
      tint(made);
      place = made;
    }
  }
  const reach = whole ? was.size : now.size;
  [...was].slice(0, reach).forEach(([href, row]) => {
    if (now.has(href)) return;
    if (isHeld(row)) held = true;
    else row.remove();
  });
  return held;
}

function updateCells(old, row) {
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
