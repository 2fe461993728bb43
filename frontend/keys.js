// The keyboard: / or Ctrl-K search, j and k or the arrows move, Enter opens, x selects, e edits, ? shows all.
const moves = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };

export function listenToKeys(page) {
  page.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") return search(page, event);
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTyping(event.target)) return;
    if (event.key === "/") return search(page, event);
    if (event.key === "?") return act(event, () => page.querySelector("dialog[data-keys]")?.showModal());
    if (event.key in moves) return move(page, event, moves[event.key]);
    if (event.key === "x") return press(event, 'input[type="checkbox"]', rowOf(event.target));
    if (event.key === "e") return press(event, "[data-edit]", rowOf(event.target) ?? page);
  });
}

function isTyping(place) {
  return place.isContentEditable || (/^(INPUT|TEXTAREA|SELECT)$/.test(place.tagName) && place.type !== "checkbox");
}

function rowOf(place) {
  return place.closest?.("[data-row]");
}

function act(event, deed) {
  event.preventDefault();
  deed();
}

function search(page, event) {
  const field = page.querySelector("[data-search]");
  if (field) act(event, () => field.select());
}

function move(page, event, step) {
  const rows = [...page.querySelectorAll("[data-row]")];
  const here = rows.indexOf(rowOf(event.target));
  if (here < 0 && event.key.startsWith("Arrow")) return;
  const next = rows[Math.min(Math.max(here + step, 0), rows.length - 1)];
  if (next) act(event, () => next.querySelector("a[href]")?.focus());
}

function press(event, selector, inside) {
  const found = inside?.querySelector(selector);
  if (found) act(event, () => found.click());
}
