// A combo asks the server what a typed word may mean and keeps the chosen record's id beside the words.
// Markup: [data-combo=address] holding input[data-combo-text] and input[data-combo-value].
import { askJson } from "./ask.js";

const WAIT = 150;
/** @type {Record<string, number>} */
const STEPS = { ArrowDown: 1, ArrowUp: -1 };
let serial = 0;

/**
 * @typedef {HTMLInputElement & { comboTimer?: number }} Box A combo's words, and when they will be asked about.
 */

/** @param {Document} page */
export function askCombos(page) {
  page.addEventListener("focusin", ({ target }) => target.matches?.("[data-combo-text]") && prepare(boxOf(target)));
  page.addEventListener("input", ({ target }) => target.matches?.("[data-combo-text]") && typed(boxOf(target)));
  page.addEventListener("keydown", (event) => event.target.matches?.("[data-combo-text]") && steer(event));
  page.addEventListener(
    "focusout",
    ({ target }) => target.matches?.("[data-combo-text]") && setTimeout(close, 120, target),
  );
  page.addEventListener("mousedown", (event) => {
    const option = event.target.closest?.(".combo-option");
    if (!option) return;
    event.preventDefault();
    choose(option);
  });
}

/** @type {(text: Element) => Box} */
const boxOf = (text) => /** @type {Box} */ (text);

/** @param {HTMLInputElement} text */
function parts(text) {
  const combo = /** @type {HTMLElement} */ (text.closest("[data-combo]"));
  const value = /** @type {HTMLInputElement} */ (combo.querySelector("[data-combo-value]"));
  return { combo, value, list: combo.querySelector(".combo-list") };
}

/** @param {HTMLInputElement} text */
function prepare(text) {
  const { combo, list } = parts(text);
  if (list) return;
  const made = document.createElement("ul");
  made.className = "combo-list";
  made.id = `combo-${++serial}`;
  made.setAttribute("role", "listbox");
  made.hidden = true;
  combo.append(made);
  for (const [name, value] of Object.entries({
    role: "combobox",
    "aria-expanded": "false",
    "aria-controls": made.id,
    "aria-autocomplete": "list",
  }))
    text.setAttribute(name, value);
}

/** @param {Box} text */
function typed(text) {
  const { value } = parts(text);
  value.value = "";
  clearTimeout(text.comboTimer);
  text.comboTimer = setTimeout(ask, WAIT, text);
  if (!text.value.trim()) tell(value);
}

/** @param {HTMLInputElement} text */
async function ask(text) {
  const { combo, list } = parts(text);
  const asked = text.value.trim();
  /** @type {{ value: string, label: string }[] | undefined} */
  const found = await askJson(`${combo.dataset.combo}?q=${encodeURIComponent(asked)}`);
  if (!found || text.value.trim() !== asked || !list) return;
  list.replaceChildren(...found.map((option, place) => item(option, `${list.id}-${place}`)));
  show(text, found.length > 0);
}

/**
 * @param {{ value: string, label: string }} option
 * @param {string} id
 */
function item({ value, label }, id) {
  const made = document.createElement("li");
  made.className = "combo-option";
  made.id = id;
  made.setAttribute("role", "option");
  made.dataset.value = value;
  made.textContent = label;
  return made;
}

/**
 * @param {HTMLInputElement} text
 * @param {boolean} open
 */
function show(text, open) {
  const { list } = parts(text);
  if (!list) return;
  list.hidden = !open;
  text.setAttribute("aria-expanded", String(open));
  text.removeAttribute("aria-activedescendant");
}

/** @param {HTMLInputElement} text */
function close(text) {
  show(text, false);
}

/** @param {From<KeyboardEvent>} event */
function steer(event) {
  const text = boxOf(event.target);
  const { list } = parts(text);
  if (event.key === "ArrowDown" && list?.hidden) return void ask(text);
  if (!list || list.hidden) return;
  const options = /** @type {HTMLElement[]} */ ([...list.children]);
  const here = options.findIndex((o) => o.ariaSelected === "true");
  if (event.key === "Escape") return void close(text);
  if (event.key === "Enter" && here >= 0) {
    event.preventDefault();
    return void choose(options[here]);
  }
  const step = STEPS[event.key];
  if (!step) return;
  event.preventDefault();
  const next = options[Math.min(Math.max(here + step, 0), options.length - 1)];
  for (const option of options) option.ariaSelected = String(option === next);
  text.setAttribute("aria-activedescendant", next.id);
  next.scrollIntoView({ block: "nearest" });
}

/** @param {HTMLElement} option */
function choose(option) {
  const combo = /** @type {HTMLElement} */ (option.closest("[data-combo]"));
  const text = /** @type {HTMLInputElement} */ (combo.querySelector("[data-combo-text]"));
  text.value = option.textContent;
  const { value } = parts(text);
  value.value = option.dataset.value ?? "";
  tell(value);
  close(text);
}

/** @param {HTMLInputElement} value */
function tell(value) {
  value.dispatchEvent(new Event("change", { bubbles: true }));
}
