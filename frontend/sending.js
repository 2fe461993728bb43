// What a form sends: the same content once at a time and under the same key, other content under a key of its own. What
// is typed while an answer is on its way stands in the form that comes with it. What is on its way, or waits for its
// turn, is sent though the page is left.
import { newKey } from "./queue.js";

const PASSING = new Set(["_csrf", "_key", "_at"]);
const TYPED = "input:not([type=hidden], [type=file], [type=checkbox], [type=radio]), textarea, select";
// A page that the browser has not left by then stays: its form may be sent again.
const PATIENCE = 8000;
// The most that a browser goes on sending for a page that is left.
const MOST_KEPT = 60_000;
/**
 * @typedef {Map<string, string | undefined>} Values What stands in the fields of a form, by name.
 * @typedef {{ keys: Map<string, string>, going: string[], since: [string, string | undefined][], last: Values }} State
 * @typedef {{ form: HTMLFormElement, action: string, body: FormData | URLSearchParams }} Turn
 */

/** @type {WeakMap<HTMLFormElement, State>} */
const sent = new WeakMap();
/** @type {WeakMap<RequestOfHtmx, HTMLFormElement>} */
const formOf = new WeakMap();
/** @type {Turn[]} */
const turns = [];

/** @param {Document} page */
export function keySending(page) {
  page.addEventListener("submit", (event) => begin(event, event.target), true);
  // A page that one goes back to is as it was left, and nothing is on its way.
  addEventListener("pageshow", () => {
    for (const form of page.forms) sent.get(form)?.going.splice(0);
  });
  // Where the form has left the page its events reach the page itself; the request knows whose it is.
  /**
   * @param {"before:request" | "before:response" | "before:swap" | "after:swap" | "finally:request"} name
   * @param {(form: HTMLFormElement, state: State, ctx: RequestOfHtmx) => void} deed
   */
  const on = (name, deed) =>
    page.addEventListener(`htmx:${name}`, ({ detail: { ctx } }) => {
      const form = /** @type {HTMLFormElement | undefined} */ (formOf.get(ctx) ?? ctx?.sourceElement);
      const state = form && sent.get(form);
      if (state) deed(form, state, ctx);
    });
  on("before:request", (form, _state, ctx) => {
    formOf.set(ctx, form);
    const turn = turns.findIndex((one) => one.form === form);
    if (turn >= 0) turns.splice(turn, 1);
    const { body } = ctx.request;
    if (body instanceof URLSearchParams) ctx.request.keepalive = String(body).length < MOST_KEPT;
  });
  addEventListener("pagehide", () => {
    for (const { action, body } of turns.splice(0)) navigator.sendBeacon(action, body);
  });
  on("before:response", (form, _state, ctx) => {
    if (ctx.target?.isConnected === false) ctx.target = page.querySelector(form.getAttribute("hx-target") ?? "");
  });
  on("before:swap", (form, state) => {
    // Of several answers the first has brought another form, in which one may be typing by now.
    const here = form.isConnected ? form : alikeTo(page, form);
    const before = here === form ? state.last : here && valuesOf(here, standing);
    state.since = here ? [...valuesOf(here)].filter(([name, value]) => before?.get(name) !== value) : [];
  });
  on("after:swap", (form, state) => {
    const fresh = alikeTo(page, form);
    if (fresh) for (const [name, value] of state.since) typeIn(fresh, name, value);
    state.since = [];
  });
  on("finally:request", (_form, state) => state.going.shift());
}

/**
 * @param {SubmitEvent} event
 * @param {HTMLFormElement} form
 */
function begin(event, form) {
  if (form.method !== "post") return;
  /** @type {HTMLInputElement | undefined} */
  const key = form.elements._key;
  /** @type {State} */
  const state = sent.get(form) ?? { keys: new Map(), going: [], since: [], last: new Map() };
  const said = contentOf(form, event.submitter);
  if (state.going.includes(said)) {
    event.preventDefault();
    return event.stopImmediatePropagation();
  }
  if (key && !state.keys.has(said)) state.keys.set(said, state.keys.size ? newKey() : key.value);
  if (key) key.value = state.keys.get(said) ?? "";
  state.going.push(said);
  state.last = valuesOf(form);
  sent.set(form, state);
  // None is dropped because another is on its way.
  if (form.hasAttribute("hx-post")) {
    if (state.going.length > 1) waitTurn(event, form);
    return form.setAttribute("hx-sync", "this:queue all");
  }
  const arrived = () => (state.going = state.going.filter((one) => one !== said));
  setTimeout(() => event.defaultPrevented && arrived());
  setTimeout(arrived, PATIENCE);
}

/**
 * Keeps what waits until the answer before it has come.
 * @param {SubmitEvent} event
 * @param {HTMLFormElement} form
 */
function waitTurn(event, form) {
  const data = new FormData(form, event.submitter);
  turns.push({
    form,
    action: form.action,
    body: isPlain(form) ? new URLSearchParams(/** @type {TextData} */ (data)) : data,
  });
}

/** @type {(form: HTMLFormElement) => boolean} */
const isPlain = ({ enctype }) => !enctype.startsWith("multipart/");

/**
 * @param {Document} page
 * @param {HTMLFormElement} form
 */
function alikeTo(page, form) {
  return [...page.forms].find((other) => other !== form && other.action === form.action);
}

/**
 * @param {HTMLFormElement} form
 * @param {string} name
 * @param {string | undefined} value
 */
function typeIn(form, name, value) {
  const field = /** @type {Field | null} */ (form.elements.namedItem(name));
  if (!field || !("value" in field)) return;
  field.value = value ?? "";
  field.dispatchEvent(new Event("input", { bubbles: true }));
  if (!form.contains(document.activeElement) && field.matches("textarea, [type=text], input:not([type])"))
    field.focus();
}

/**
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} submitter
 */
function contentOf(form, submitter) {
  // Where no file is chosen the browser makes an empty one, of this very moment.
  const told = [...new FormData(form, submitter)].filter(
    ([name, v]) => !PASSING.has(name) && (typeof v === "string" || v.size),
  );
  return JSON.stringify(told.map(([name, v]) => [name, typeof v === "string" ? v : [v.name, v.size, v.lastModified]]));
}

/**
 * What people type or choose, by name; what a box or a file holds is not carried over.
 * @param {HTMLFormElement} form
 * @param {(field: Field) => string | undefined} [read]
 * @returns {Values}
 */
function valuesOf(form, read = (field) => field.value) {
  const fields = /** @type {Field[]} */ ([...form.elements]);
  return new Map(fields.filter((f) => f.name && f.matches(TYPED)).map((field) => [field.name, read(field)]));
}

/**
 * What stood in a field when it came.
 * @param {Field} field
 */
function standing(field) {
  return "options" in field
    ? ([...field.options].find((one) => one.defaultSelected)?.value ?? field.options[0]?.value)
    : field.defaultValue;
}
