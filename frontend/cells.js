// A cell of a list is edited in its place: double click, or Enter, F2 or e on it. Left and right choose the cell.
import htmx from "htmx.org";
import { along, beside, editableAt, headOf } from "./cells-walk.js";
import { forgetDraft, notSent, restoreDraft } from "./drafts.js";
import { settle } from "./forms.js";
import { putCells } from "./live-list.js";

/** @type {Record<string, number>} */
const STEPS = { ArrowLeft: -1, ArrowRight: 1 };
/** @type {Record<string, number>} */
const LINES = { ArrowUp: -1, ArrowDown: 1, k: -1, j: 1 };
const SHUT_FOR = 4000;

/** @param {Document} page */
export function editCells(page) {
  page.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    /** @type {HTMLFormElement | null} */
    const form = event.target.closest?.("[data-cell-form]");
    if (form) return inForm(event, form);
    if (/^(INPUT|TEXTAREA|SELECT|BUTTON)$/.test(event.target.tagName)) return;
    /** @type {HTMLTableRowElement | null} */
    const row = event.target.closest?.("[data-row]");
    /** @type {HTMLTableCellElement | null} */
    const cell = row && event.target.closest("td, th");
    if (row && cell) onCell(event, row, cell);
  });
  page.addEventListener("dblclick", (event) => {
    const cell = editableAt(event.target);
    if (!cell || event.target.closest("a, form")) return;
    event.preventDefault();
    getSelection()?.removeAllRanges();
    edit(cell);
  });
  page.addEventListener("submit", (event) => {
    /** @type {HTMLFormElement | null} */
    const form = event.target.closest?.("[data-cell-form]");
    if (!form) return;
    event.preventDefault();
    save(form);
  });
  page.addEventListener("click", ({ target }) => {
    const form = target.closest?.("[data-cell-cancel]") && target.closest("[data-cell-form]");
    if (form) leave(/** @type {HTMLFormElement} */ (form));
  });
  for (const event of ["scroll", "resize"]) addEventListener(event, () => formsIn(page).forEach(place), true);
  takeUpDrafts(page);
}

/** @type {(page: Document) => NodeListOf<HTMLFormElement>} */
const formsIn = (page) => page.querySelectorAll("[data-cell-form]");

/**
 * @param {From<KeyboardEvent>} event
 * @param {HTMLTableRowElement} row
 * @param {HTMLTableCellElement} cell
 */
function onCell(event, row, cell) {
  const { key } = event;
  const own = event.target === cell;
  if (key in STEPS) return go(event, along(row, own ? cell : null, STEPS[key]));
  if (own && key in LINES) return go(event, beside(row, cell, LINES[key]));
  if (key !== "e" && key !== "F2" && !(own && key === "Enter")) return;
  const wanted = editableAt(own ? cell : row.cells[0]) ?? along(row, null, 1);
  if (!wanted) return;
  event.preventDefault();
  edit(wanted);
}

/**
 * @param {Event} event
 * @param {HTMLTableCellElement | null} cell
 */
function go(event, cell) {
  if (!cell) return;
  event.preventDefault();
  focus(cell);
}

/** @param {HTMLTableCellElement} cell */
function focus(cell) {
  cell.tabIndex = -1;
  cell.focus();
  cell.scrollIntoView({ block: "nearest", inline: "nearest" });
}

/** @param {HTMLTableCellElement} cell */
async function edit(cell) {
  const [open] = formsIn(document);
  if (open?.contains(document.activeElement) || (open && isTyped(open))) return first(open)?.focus();
  open?.remove();
  const record = cell.closest("[data-row]")?.querySelector("a[href]")?.getAttribute("href");
  const answer = await fetch(`${record}/cell/${headOf(cell)?.dataset.field}`, {
    headers: { "hx-request": "true" },
  }).catch(() => null);
  if (!answer) return;
  const elsewhere = answer.headers.get("HX-Redirect");
  if (elsewhere !== null) return location.assign(elsewhere);
  const said = read(await answer.text()).querySelector("[data-cell-form], .cell-shut");
  if (!said) return;
  if (said.matches(".cell-shut")) return shut(cell, said);
  restoreDraft(show(cell, /** @type {HTMLFormElement} */ (said)));
}

/** @param {string} html */
function read(html) {
  return new DOMParser().parseFromString(html, "text/html");
}

/**
 * The form lies over its cell, above everything: the table does not move while one types.
 * @param {HTMLTableCellElement} cell
 * @param {HTMLFormElement} form
 */
function show(cell, form) {
  const made = document.importNode(form, true);
  const heads = cell.closest("table")?.tHead?.rows[0].cells ?? [];
  made.elements._columns.value = [...heads].map((head) => head.dataset.field).join();
  made.elements._back.value = location.pathname + location.search;
  made.popover = "manual";
  cell.append(made);
  made.showPopover();
  htmx.process(made);
  settle(made);
  place(made);
  const field = first(made);
  field?.focus();
  if (field && "select" in field) field.select();
  return made;
}

/**
 * @param {HTMLFormElement} form
 * @returns {Field | null}
 */
function first(form) {
  return form.querySelector(".field :is(input:not([type=hidden]), select, textarea)");
}

/** @param {HTMLElement} form */
function place(form) {
  const at = /** @type {HTMLElement} */ (form.closest("td, th")).getBoundingClientRect();
  const { width, height } = form.getBoundingClientRect();
  form.style.left = `${Math.max(8, Math.min(at.left, innerWidth - width - 8))}px`;
  form.style.top = `${Math.max(8, Math.min(at.top, innerHeight - height - 8))}px`;
}

/**
 * @param {HTMLTableCellElement} cell
 * @param {HTMLElement} said
 */
function shut(cell, said) {
  const made = document.importNode(said, true);
  made.popover = "manual";
  cell.append(made);
  made.showPopover();
  place(made);
  setTimeout(() => made.remove(), SHUT_FOR);
}

/** @param {HTMLFormElement} form */
function isTyped(form) {
  return /** @type {Field[]} */ ([...form.elements]).some((field) => {
    if (field.type === "hidden" || !field.name) return false;
    if ("options" in field) return [...field.options].some((o) => o.selected !== o.defaultSelected);
    if ("checked" in field && field.type === "checkbox") return field.checked !== field.defaultChecked;
    return field.value !== field.defaultValue;
  });
}

/**
 * @param {From<KeyboardEvent>} event
 * @param {HTMLFormElement} form
 */
function inForm(event, form) {
  if (event.key === "Escape") {
    event.preventDefault();
    leave(form);
  } else if (event.key === "Enter" && event.target.matches("select")) {
    event.preventDefault();
    form.requestSubmit();
  }
}

/** @param {HTMLFormElement} form */
function leave(form) {
  const cell = cellOf(form);
  forgetDraft(form);
  form.remove();
  focus(cell);
}

/** @type {(form: HTMLFormElement) => HTMLTableCellElement} */
const cellOf = (form) => /** @type {HTMLTableCellElement} */ (form.closest("td, th"));

/** @param {HTMLFormElement} form */
async function save(form) {
  /** @type {HTMLMetaElement | null} */
  const token = document.querySelector("meta[name=csrf]");
  const csrf = token?.content ?? "";
  const button = /** @type {HTMLButtonElement} */ (form.querySelector("[type=submit]"));
  button.disabled = true;
  let answer, text;
  try {
    const headers = { "hx-request": "true", "x-csrf-token": csrf };
    const body = new URLSearchParams(/** @type {TextData} */ (new FormData(form)));
    answer = await fetch(form.action, { method: "POST", body, headers, keepalive: true });
    text = await answer.text();
  } catch {
    notSent();
    return tell(form, form.dataset.offline);
  } finally {
    button.disabled = false;
  }
  const elsewhere = answer.headers.get("HX-Redirect");
  if (elsewhere !== null) return location.assign(elsewhere);
  if (!answer.ok) notSent();
  const page = read(text);
  const [again] = formsIn(page);
  const cell = cellOf(form);
  if (again) {
    form.remove();
    return void show(cell, again);
  }
  if (!answer.ok) return tell(form, page.querySelector("h1, [role=alert]")?.textContent.trim() || form.dataset.offline);
  forgetDraft(form);
  form.remove();
  saved(cell, page);
}

/**
 * @param {HTMLFormElement} form
 * @param {string | undefined} words
 */
function tell(form, words) {
  /** @type {HTMLElement} */ (form.querySelector("[data-cell-said]")).textContent = words ?? "";
  place(form);
}

/**
 * @param {HTMLTableCellElement} cell
 * @param {Document} page
 */
function saved(cell, page) {
  const row = /** @type {HTMLTableRowElement} */ (cell.closest("[data-row]"));
  /** @type {HTMLTableRowElement | null} */
  const fresh = page.querySelector("[data-row]");
  if (!fresh) return row.remove();
  putCells(row, fresh);
  focus(cell);
  const done = page.querySelector("#done");
  const old = document.querySelector("#done");
  if (done && old) {
    old.replaceChildren(...document.importNode(done, true).childNodes);
    htmx.process(old);
  }
}

/**
 * What was typed before a sign-in ran out or a tab was closed stands open again in its cell.
 * @param {Document} page
 */
function takeUpDrafts(page) {
  const wanted = `draft:${location.pathname}/`;
  for (const key of Object.keys(sessionStorage)) {
    const [record, field] = key.startsWith(wanted) ? key.slice("draft:".length).split("/cell/") : [];
    const link = field && page.querySelector(`[data-row] a[href="${CSS.escape(record)}"]`);
    const row = link && /** @type {HTMLTableRowElement | null} */ (link.closest("[data-row]"));
    const cell = row && [...row.cells].find((one) => headOf(one)?.dataset.field === field);
    if (cell) return void edit(cell);
  }
}
