// A cell of a list is edited in its place: double click, or Enter, F2 or e on it. Left and right choose the cell.
import htmx from "htmx.org";
import { along, beside, editableAt, headOf } from "./cells-walk.js";
import { forgetDraft, notSent, restoreDraft } from "./drafts.js";
import { putCells } from "./live-list.js";

const STEPS = { ArrowLeft: -1, ArrowRight: 1 };
const LINES = { ArrowUp: -1, ArrowDown: 1, k: -1, j: 1 };
const SHUT_FOR = 4000;

export function editCells(page) {
  page.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const form = event.target.closest?.("[data-cell-form]");
    if (form) return inForm(event, form);
    if (/^(INPUT|TEXTAREA|SELECT|BUTTON)$/.test(event.target.tagName)) return;
    const row = event.target.closest?.("[data-row]");
    const cell = row && event.target.closest("td, th");
    if (cell) onCell(event, row, cell);
  });
  page.addEventListener("dblclick", (event) => {
    const cell = editableAt(event.target);
    if (!cell || event.target.closest("a, form")) return;
    event.preventDefault();
    getSelection().removeAllRanges();
    edit(cell);
  });
  page.addEventListener("submit", (event) => {
    const form = event.target.closest?.("[data-cell-form]");
    if (!form) return;
    event.preventDefault();
    save(form);
  });
  page.addEventListener("click", ({ target }) => {
    if (target.closest?.("[data-cell-cancel]")) leave(target.closest("[data-cell-form]"));
  });
  for (const event of ["scroll", "resize"])
    addEventListener(event, () => page.querySelectorAll("[data-cell-form]").forEach(place), true);
  takeUpDrafts(page);
}

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

function go(event, cell) {
  if (!cell) return;
  event.preventDefault();
  focus(cell);
}

function focus(cell) {
  cell.tabIndex = -1;
  cell.focus();
  cell.scrollIntoView({ block: "nearest", inline: "nearest" });
}

async function edit(cell) {
  const open = document.querySelector("[data-cell-form]");
  if (open?.contains(document.activeElement) || (open && isTyped(open))) return first(open)?.focus();
  open?.remove();
  const record = cell.closest("[data-row]").querySelector("a[href]").getAttribute("href");
  const answer = await fetch(`${record}/cell/${headOf(cell).dataset.field}`, {
    headers: { "hx-request": "true" },
  }).catch(() => null);
  if (!answer) return;
  if (answer.headers.has("HX-Redirect")) return location.assign(answer.headers.get("HX-Redirect"));
  const said = read(await answer.text()).querySelector("[data-cell-form], .cell-shut");
  if (!said) return;
  if (said.matches(".cell-shut")) return shut(cell, said);
  show(cell, said);
  restoreDraft(cell.querySelector("[data-cell-form]"));
}

function read(html) {
  return new DOMParser().parseFromString(html, "text/html");
}

/** The form lies over its cell, above everything: the table does not move while one types. */
function show(cell, form) {
  const made = document.importNode(form, true);
  made.elements._columns.value = [...cell.closest("table").tHead.rows[0].cells]
    .map((head) => head.dataset.field)
    .join();
  made.elements._back.value = location.pathname + location.search;
  made.popover = "manual";
  cell.append(made);
  made.showPopover();
  htmx.process(made);
  for (const button of made.querySelectorAll("[data-now][hidden], [data-take][hidden]")) button.hidden = false;
  place(made);
  const field = first(made);
  field?.focus();
  field?.select?.();
}

function first(form) {
  return form.querySelector(".field :is(input:not([type=hidden]), select, textarea)");
}

function place(form) {
  const at = form.closest("td, th").getBoundingClientRect();
  const { width, height } = form.getBoundingClientRect();
  form.style.left = `${Math.max(8, Math.min(at.left, innerWidth - width - 8))}px`;
  form.style.top = `${Math.max(8, Math.min(at.top, innerHeight - height - 8))}px`;
}

function shut(cell, said) {
  const made = document.importNode(said, true);
  made.popover = "manual";
  cell.append(made);
  made.showPopover();
  place(made);
  setTimeout(() => made.remove(), SHUT_FOR);
}

function isTyped(form) {
  return [...form.elements].some((field) => {
    if (field.type === "hidden" || !field.name) return false;
    if (field.options) return [...field.options].some((o) => o.selected !== o.defaultSelected);
    return field.type === "checkbox" ? field.checked !== field.defaultChecked : field.value !== field.defaultValue;
  });
}

function inForm(event, form) {
  if (event.key === "Escape") {
    event.preventDefault();
    leave(form);
  } else if (event.key === "Enter" && event.target.matches("select")) {
    event.preventDefault();
    form.requestSubmit();
  }
}

function leave(form) {
  const cell = form.closest("td, th");
  forgetDraft(form);
  form.remove();
  focus(cell);
}

async function save(form) {
  const csrf = document.querySelector("meta[name=csrf]")?.content ?? "";
  const button = form.querySelector("[type=submit]");
  button.disabled = true;
  let answer, text;
  try {
    const headers = { "hx-request": "true", "x-csrf-token": csrf };
    const body = new URLSearchParams(new FormData(form));
    answer = await fetch(form.action, { method: "POST", body, headers, keepalive: true });
    text = await answer.text();
  } catch {
    notSent();
    return tell(form, form.dataset.offline);
  } finally {
    button.disabled = false;
  }
  if (answer.headers.has("HX-Redirect")) return location.assign(answer.headers.get("HX-Redirect"));
  if (!answer.ok) notSent();
  const page = read(text);
  const again = page.querySelector("[data-cell-form]");
  const cell = form.closest("td, th");
  if (again) {
    form.remove();
    return show(cell, again);
  }
  if (!answer.ok) return tell(form, page.querySelector("h1, [role=alert]")?.textContent.trim() || form.dataset.offline);
  forgetDraft(form);
  form.remove();
  saved(cell, page);
}

function tell(form, words) {
  form.querySelector("[data-cell-said]").textContent = words;
  place(form);
}

function saved(cell, page) {
  const row = cell.closest("[data-row]");
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

/** What was typed before a sign-in ran out or a tab was closed stands open again in its cell. */
function takeUpDrafts(page) {
  const wanted = `draft:${location.pathname}/`;
  for (const key of Object.keys(sessionStorage)) {
    const [record, field] = key.startsWith(wanted) ? key.slice("draft:".length).split("/cell/") : [];
    const row = field && page.querySelector(`[data-row] a[href="${CSS.escape(record)}"]`)?.closest("[data-row]");
    const cell = row && [...row.cells].find((one) => headOf(one)?.dataset.field === field);
    if (cell) return void edit(cell);
  }
}
