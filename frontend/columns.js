// The columns of a list: ticked, and put in order by dragging, with Alt and an arrow key, or with a line's own button.

/** @type {Record<string, number>} */
const STEPS = { ArrowUp: -1, ArrowDown: 1 };

/** @param {Document} page */
export function orderColumns(page) {
  /** @type {HTMLElement | null} */
  let dragged = null;
  page.addEventListener("click", (event) => {
    const up = event.target.closest?.("[data-columns] .column-up");
    if (!up) return;
    event.preventDefault();
    move(/** @type {HTMLElement} */ (up.closest("li")), -1);
    up.focus();
  });
  page.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    const line = event.altKey && step && event.target.closest?.("[data-columns] li");
    if (!line) return;
    event.preventDefault();
    move(line, step);
    event.target.focus();
  });
  page.addEventListener("change", ({ target }) => {
    const list = target.closest?.("[data-columns]");
    if (!list || !(/** @type {HTMLInputElement} */ (target).checked)) return;
    const last = [...list.children].findLast((line) => line.contains(target) === false && ticked(line));
    if (last) last.after(/** @type {HTMLElement} */ (target.closest("li")));
    target.focus();
  });
  page.addEventListener("dragstart", (event) => {
    dragged = event.target.closest?.("[data-columns] li") ?? null;
    if (!dragged) return;
    const carried = /** @type {DataTransfer} */ (event.dataTransfer);
    carried.effectAllowed = "move";
    carried.setData("text/plain", dragged.textContent.trim());
    dragged.classList.add("is-dragged");
  });
  page.addEventListener("dragover", (event) => {
    const over = dragged && event.target.closest?.("[data-columns] li");
    if (!over) return;
    event.preventDefault();
    const { top, height } = over.getBoundingClientRect();
    if (dragged && over !== dragged) over[event.clientY < top + height / 2 ? "before" : "after"](dragged);
  });
  page.addEventListener(
    "drop",
    (event) => dragged && event.target.closest?.("[data-columns]") && event.preventDefault(),
  );
  page.addEventListener("dragend", () => {
    dragged?.classList.remove("is-dragged");
    if (dragged) say(dragged);
    dragged = null;
  });
}

/** @param {Element} line */
function ticked(line) {
  return /** @type {HTMLInputElement} */ (line.querySelector("input")).checked;
}

/**
 * @param {HTMLElement} line
 * @param {number} step
 */
function move(line, step) {
  const other = step < 0 ? line.previousElementSibling : line.nextElementSibling;
  other?.[step < 0 ? "before" : "after"](line);
  line.scrollIntoView({ block: "nearest" });
  say(line);
}

/** @param {HTMLElement} line */
function say(line) {
  const list = /** @type {HTMLElement} */ (line.parentElement);
  const place = [...list.children].indexOf(line) + 1;
  const label = line.querySelector("label")?.textContent.trim() ?? "";
  const said = /** @type {HTMLElement} */ (list.parentElement?.querySelector("[data-columns-said]"));
  said.textContent = (list.dataset.moved ?? "").replace("{label}", label).replace("{place}", String(place));
}
