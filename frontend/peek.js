// A look at a row without leaving the list: p on a row, or its eye, opens the record's overview beside the list; up and
// down go on to the next rows, Enter opens the record.
import htmx from "htmx.org";
import { fetchPart } from "./live-parts.js";

/** @type {Record<string, number>} */
const STEPS = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 };
// What one does to a record is done on its page.
const DEEDS = "form, script, .acts, .overview-help, button";

/** @param {Document} page */
export function peekAtRows(page) {
  /** @type {HTMLDialogElement | null} */
  const dialog = page.querySelector("[data-peek]");
  if (!dialog) return;
  const eye = /** @type {HTMLElement} */ (dialog.querySelector("[data-peek-eye]"));
  const shown = /** @type {HTMLElement} */ (dialog.querySelector("[data-peek-shown]"));
  const whole = /** @type {HTMLAnchorElement} */ (dialog.querySelector("[data-peek-open]"));
  eye.remove();
  eye.hidden = false;
  /** @type {HTMLElement | null} */
  let row = null;

  page.addEventListener("pointerover", ({ target }) => {
    const over = target.closest?.("[data-row]");
    if (over && matchMedia("(hover: hover)").matches && !over.contains(eye)) over.firstElementChild?.append(eye);
  });
  page.addEventListener("click", (event) => {
    const wanted = event.target.closest?.("[data-peek-eye]") && event.target.closest("[data-row]");
    if (!wanted) return;
    event.preventDefault();
    look(/** @type {HTMLElement} */ (wanted));
  });
  page.addEventListener("keydown", (event) => {
    if (event.key !== "p" || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
    const wanted = event.target.closest?.("[data-row]");
    if (!wanted) return;
    event.preventDefault();
    look(wanted);
  });
  dialog.addEventListener("keydown", (event) => {
    event.stopPropagation();
    const rows = /** @type {HTMLElement[]} */ ([...page.querySelectorAll("[data-row]")]);
    const next = event.key in STEPS && row && rows[rows.indexOf(row) + STEPS[event.key]];
    if (!next) return;
    event.preventDefault();
    look(next);
  });
  dialog.addEventListener("click", ({ target }) => {
    if (target === dialog) dialog.close();
  });
  dialog.addEventListener("close", () => {
    row?.classList.remove("is-peeked");
    row?.querySelector("a")?.focus();
  });

  /** @param {HTMLElement} wanted */
  async function look(wanted) {
    row?.classList.remove("is-peeked");
    row = wanted;
    row.classList.add("is-peeked");
    row.scrollIntoView({ block: "nearest" });
    const link = /** @type {HTMLAnchorElement} */ (row.querySelector("a[href]"));
    const fresh = await fetchPart(link.getAttribute("href") ?? "").catch(() => undefined);
    const overview = fresh?.querySelector(".overview");
    if (!overview || row !== wanted) return;
    for (const deed of overview.querySelectorAll(DEEDS)) deed.remove();
    for (const named of overview.querySelectorAll("[id]")) named.removeAttribute("id");
    overview.classList.remove("has-cards");
    shown.replaceChildren(page.importNode(overview, true));
    htmx.process(shown);
    whole.href = link.href;
    if (!dialog?.open) dialog?.showModal();
    shown.scrollTop = 0;
    whole.focus();
  }
}
