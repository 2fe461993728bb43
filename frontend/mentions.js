// An @ in a comment asks who may be meant: those who see the record. Arrows and Enter choose, or a tap.
import { askJson } from "./ask.js";
import { counted } from "./plural.js";

const WAIT = 120;
const MARK = /(?:^|[\s(])@([\p{L}\p{M}'.-]*(?: [\p{L}\p{M}'.-]*){0,2})$/u;
/** @type {Record<string, number>} */
const STEPS = { ArrowDown: 1, ArrowUp: -1 };
let serial = 0;

/**
 * @typedef {HTMLTextAreaElement & { mentionTimer?: number }} Box A comment, and when its last word will be asked about.
 * @typedef {{ value: string, label: string, hint: string }} Person
 */

/** @param {Document} page */
export function pickMentions(page) {
  const settle = () => {
    for (const button of page.querySelectorAll("[data-mention-open][hidden]")) button.hidden = false;
  };
  settle();
  page.addEventListener("htmx:after:swap", settle);
  page.addEventListener("input", ({ target }) => {
    if (!target.matches?.("[data-mention]")) return;
    const text = boxOf(target);
    clearTimeout(text.mentionTimer);
    text.mentionTimer = setTimeout(ask, WAIT, text);
  });
  page.addEventListener("keydown", (event) => event.target.matches?.("[data-mention]") && steer(event));
  page.addEventListener(
    "focusout",
    ({ target }) => target.matches?.("[data-mention]") && setTimeout(close, 150, boxOf(target)),
  );
  // The focus stays in the text while one points at a name.
  page.addEventListener("mousedown", (event) => event.target.closest?.(".mention-option") && event.preventDefault());
  page.addEventListener("click", ({ target }) => {
    const option = target.closest?.(".mention-option");
    if (option) return choose(option);
    const button = target.closest?.("[data-mention-open]");
    if (button) begin(boxOf(page.getElementById(button.dataset.mentionOpen ?? "")));
  });
}

/** @type {(text: Element | null) => Box} */
const boxOf = (text) => /** @type {Box} */ (text);

/** @param {Box} text */
function begin(text) {
  const before = text.value.slice(0, text.selectionStart);
  text.setRangeText(!before || /\s$/.test(before) ? "@" : " @", text.selectionStart, text.selectionEnd, "end");
  text.focus();
  text.dispatchEvent(new Event("input", { bubbles: true }));
}

/** @param {Box} text */
function typed(text) {
  return MARK.exec(text.value.slice(0, text.selectionStart))?.[1];
}

/** @param {Box} text */
async function ask(text) {
  const asked = typed(text);
  if (asked === undefined) return close(text);
  /** @type {Person[] | undefined} */
  const found = await askJson(`${text.dataset.mention}?q=${encodeURIComponent(asked)}`);
  if (!found || typed(text) !== asked) return;
  if (!found.length) return close(text);
  const list = listOf(text);
  const options = found.map((person, place) => line(person, `${list.id}-${place}`));
  list.replaceChildren(...options);
  list.hidden = false;
  mark(text, options[0]);
  const said = /** @type {HTMLElement} */ (text.parentElement?.querySelector("[data-mention-said]"));
  said.textContent = counted(text.dataset.mentionFound ?? "{}", found.length);
}

/**
 * @param {Box} text
 * @returns {HTMLElement}
 */
function listOf(text) {
  const known = text.parentElement?.querySelector(".mention-list");
  if (known) return known;
  const list = document.createElement("ul");
  list.className = "mention-list";
  list.id = `mention-${++serial}`;
  list.role = "listbox";
  list.ariaLabel = text.labels[0]?.textContent ?? "@";
  text.parentElement?.append(list);
  text.setAttribute("aria-controls", list.id);
  text.setAttribute("aria-autocomplete", "list");
  return list;
}

/**
 * @param {Person} person
 * @param {string} id
 */
function line({ value, label, hint }, id) {
  const made = document.createElement("li");
  made.className = "mention-option";
  made.id = id;
  made.role = "option";
  made.dataset.person = value;
  made.dataset.label = label;
  for (const [name, words] of [
    ["", label],
    ["quiet", hint],
  ]) {
    const part = document.createElement("span");
    part.className = name;
    part.textContent = words;
    made.append(part, " ");
  }
  return made;
}

/**
 * @param {Box} text
 * @param {HTMLElement} option
 */
function mark(text, option) {
  for (const one of option.parentElement?.children ?? []) one.ariaSelected = String(one === option);
  text.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

/** @param {From<KeyboardEvent>} event */
function steer(event) {
  const text = boxOf(event.target);
  const list = text.parentElement?.querySelector(".mention-list");
  if (!list || list.hidden) return;
  const options = /** @type {HTMLElement[]} */ ([...list.children]);
  const here = options.findIndex((option) => option.ariaSelected === "true");
  const step = STEPS[event.key];
  if (step) mark(text, options[(here + step + options.length) % options.length]);
  else if (event.key === "Enter" || event.key === "Tab") choose(options[Math.max(here, 0)]);
  else if (event.key === "Escape") close(text);
  else return;
  event.preventDefault();
  event.stopPropagation();
}

/** @param {HTMLElement} option */
function choose(option) {
  const text = boxOf(/** @type {HTMLElement} */ (option.closest(".mention-field")).querySelector("[data-mention]"));
  const end = text.selectionStart;
  const start = end - (typed(text) ?? "").length;
  text.setRangeText(`${option.dataset.label} `, start, end, "end");
  const kept = document.createElement("input");
  Object.assign(kept, { type: "hidden", name: "mention", value: option.dataset.person });
  text.form?.append(kept);
  close(text);
  text.focus();
  text.dispatchEvent(new Event("input", { bubbles: true }));
}

/** @param {Box} text */
function close(text) {
  clearTimeout(text.mentionTimer);
  const list = text.parentElement?.querySelector(".mention-list");
  if (list) list.hidden = true;
  text.removeAttribute("aria-activedescendant");
  const said = text.parentElement?.querySelector("[data-mention-said]");
  if (said) said.textContent = "";
}
