// The keyboard: / or Ctrl-K search, j and k or the arrows move, Enter opens, x selects, e edits, ? shows all.
/** @type {Record<string, number>} */
const moves = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };

/** @param {Document} page */
export function listenToKeys(page) {
  page.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") return search(page, event);
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTyping(event.target)) return;
    if (event.key === "/") return search(page, event);
    if (event.key === "?") return act(event, () => helpIn(page)?.showModal());
    if (event.key in moves) return move(page, event, moves[event.key]);
    if (event.key === "x") return press(event, 'input[type="checkbox"]', rowOf(event.target));
    if (event.key === "e") return press(event, "[data-edit]", rowOf(event.target) ?? page);
  });
}

/** @type {(page: Document) => HTMLDialogElement | null} */
const helpIn = (page) => page.querySelector("dialog[data-keys]");

/** @param {HTMLElement} place */
function isTyping(place) {
  return (
    place.isContentEditable ||
    (/^(INPUT|TEXTAREA|SELECT)$/.test(place.tagName) && /** @type {Field} */ (place).type !== "checkbox")
  );
}

/** @param {HTMLElement} place */
function rowOf(place) {
  return place.closest?.("[data-row]");
}

/**
 * @param {Event} event
 * @param {() => void} deed
 */
function act(event, deed) {
  event.preventDefault();
  deed();
}

/**
 * @param {Document} page
 * @param {Event} event
 */
function search(page, event) {
  /** @type {HTMLInputElement | null} */
  const field = page.querySelector("[data-search]");
  if (field) act(event, () => field.select());
}

/**
 * @param {Document} page
 * @param {From<KeyboardEvent>} event
 * @param {number} step
 */
function move(page, event, step) {
  const rows = [...page.querySelectorAll("[data-row]")];
  const here = rows.indexOf(/** @type {HTMLElement} */ (rowOf(event.target)));
  if (here < 0 && event.key.startsWith("Arrow")) return;
  const next = rows[Math.min(Math.max(here + step, 0), rows.length - 1)];
  if (next) act(event, () => next.querySelector("a[href]")?.focus());
}

/**
 * @param {Event} event
 * @param {string} selector
 * @param {ParentNode | null | undefined} inside
 */
function press(event, selector, inside) {
  const found = inside?.querySelector(selector);
  if (found) act(event, () => found.click());
}
