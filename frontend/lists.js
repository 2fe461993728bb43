import { editableAt } from "./cells-walk.js";

const SECOND_CLICK = 220;

/**
 * A click anywhere on a row follows its first link; with Ctrl or the middle button, in a tab of its own.
 * @param {Document} page
 */
export function openRows(page) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting;
  page.addEventListener("dblclick", () => clearTimeout(waiting));
  /** @param {From<MouseEvent>} event */
  const open = (event) => {
    const row = event.target.closest?.("[data-row]");
    clearTimeout(waiting);
    if (
      !row ||
      event.target.closest("form") ||
      event.defaultPrevented ||
      event.target.closest("a, button, input, label, select, summary")
    )
      return;
    if (String(getSelection())) return;
    /** @type {HTMLAnchorElement | null} */
    const link = row.querySelector("a[href]");
    if (!link) return;
    if (event.ctrlKey || event.metaKey || event.button === 1) window.open(link.href, "_blank", "noopener");
    else if (event.button !== 0) return;
    // A cell that may be edited waits to see whether the click is the first of two.
    else if (editableAt(event.target))
      waiting = event.detail > 1 ? undefined : setTimeout(() => link.click(), SECOND_CLICK);
    else link.click();
  };
  page.addEventListener("click", open);
  page.addEventListener("auxclick", open);
}

/**
 * An undo bar leaves after data-lasts seconds, but never while the pointer or the focus is on it.
 * @param {Document} page
 */
export function keepUndoBars(page) {
  const due = new WeakMap();
  setInterval(() => {
    for (const bar of page.querySelectorAll(".undo-bar[data-lasts]")) {
      const now = Date.now();
      if (!due.has(bar) || bar.matches(":hover, :focus-within")) due.set(bar, now + Number(bar.dataset.lasts) * 1000);
      else if (due.get(bar) < now) bar.remove();
    }
  }, 1000);
}

/**
 * The quiet bar that says there is no network stands as long as that is so.
 * @param {HTMLElement} root
 */
export function followNetwork(root) {
  const tell = () => root.classList.toggle("is-offline", !navigator.onLine);
  addEventListener("online", tell);
  addEventListener("offline", tell);
  tell();
}

/**
 * A pop closes when one looks elsewhere, and on Escape.
 * @param {Document} page
 */
export function closePops(page) {
  /** @type {() => NodeListOf<HTMLDetailsElement>} */
  const openPops = () => page.querySelectorAll("details.pop[open]");
  page.addEventListener("click", ({ target }) => {
    for (const pop of openPops()) if (!pop.contains(target)) pop.open = false;
  });
  page.addEventListener("keydown", (event) => {
    /** @type {HTMLDetailsElement | null | false} */
    const pop = event.key === "Escape" && event.target.closest?.("details.pop[open]");
    if (!pop) return;
    pop.open = false;
    pop.querySelector("summary")?.focus();
  });
}
