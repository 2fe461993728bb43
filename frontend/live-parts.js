// Parts of a page: fetched anew under the reader's own rights, compared, put in place, tinted.
import htmx from "htmx.org";

const REFUSED = ".field-theirs, [aria-invalid='true'], .banner-bad";
const PASSING = /^(_csrf|_key|_version|_base)$/;

/**
 * The page, or a part of it, as it would be now; undefined when the reader is signed out or may not.
 * @param {string} address
 * @param {boolean} [part]
 */
export async function fetchPart(address, part = false) {
  const answer = await fetch(address, { headers: { "X-Passive": "true", ...(part ? { "HX-Request": "true" } : {}) } });
  if (!answer.ok || answer.redirected || answer.headers.has("HX-Redirect")) return undefined;
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

/**
 * @param {Element} element
 * @returns {Field[]}
 */
function fieldsIn(element) {
  return [.../** @type {NodeListOf<Field>} */ (element.querySelectorAll("input, select, textarea"))];
}

/**
 * @param {Field} field
 * @returns {field is HTMLInputElement}
 */
const isBox = (field) => field.type === "checkbox" || field.type === "radio";
/**
 * @param {Field} field
 * @returns {field is HTMLInputElement}
 */
const isFile = (field) => field.type === "file";

/**
 * What a reader would notice of an element: its words and what stands in its fields.
 * @param {Element} element
 */
export function looksOf(element) {
  const fields = fieldsIn(element)
    .filter(({ name }) => !PASSING.test(name))
    .map((field) => `${field.name}=${isBox(field) ? field.defaultChecked : stored(field)}`);
  return `${element.textContent.replace(/\s+/g, " ").trim()}|${fields.join("|")}|${element.querySelectorAll("img, svg g").length}`;
}

/** @param {Field} field */
function stored(field) {
  if ("options" in field)
    return [...field.options]
      .filter((o) => o.defaultSelected)
      .map((o) => o.value)
      .join();
  return field.defaultValue;
}

/**
 * Whether a reader is in it, has typed something that is not saved, or was just told why it was not saved.
 * @param {Element} element
 */
export function isHeld(element) {
  if (element.matches(REFUSED) || element.querySelector(REFUSED)) return true;
  if (
    element.contains(document.activeElement) &&
    document.activeElement?.matches("input, select, textarea, button, a, summary, [contenteditable]")
  )
    return true;
  return fieldsIn(element).some(isTyped);
}

/** @param {Field} field */
function isTyped(field) {
  if (field.type === "hidden") return false;
  if (isFile(field)) return Boolean(field.files?.length);
  if (isBox(field)) return field.checked !== field.defaultChecked;
  if ("options" in field) {
    const chosen = [...field.options].some((o) => o.defaultSelected);
    return chosen ? [...field.options].some((o) => o.selected !== o.defaultSelected) : field.selectedIndex > 0;
  }
  return field.value !== field.defaultValue;
}

/**
 * Puts a new element where the old one stands, as open as that was.
 * @template {Element} E
 * @param {Element} old
 * @param {E} fresh
 */
export function putInPlace(old, fresh) {
  const made = document.importNode(fresh, true);
  if (old instanceof HTMLDetailsElement && made instanceof HTMLDetailsElement) made.open = old.open;
  old.replaceWith(made);
  htmx.process(made);
  return made;
}

/**
 * Tints what has changed for two seconds; with reduced motion the style sheet leaves it as it is.
 * @param {Element} element
 */
export function tint(element) {
  element.classList.add("is-changed");
  setTimeout(() => element.classList.remove("is-changed"), 2000);
}

/**
 * Tints those of some parts that read otherwise than they did.
 * @param {string[]} was
 * @param {Element[]} now
 */
export function tintChanged(was, now) {
  now.forEach((element, place) => {
    if (was[place] !== element.textContent) tint(element);
  });
}

const LINE = "[data-row], [data-card], tr, li";
/** @type {HTMLElement | null} */
let pointed = null;
document.addEventListener("pointerover", ({ target }) => (pointed = target.closest?.(LINE)), { passive: true });

/**
 * What one points at, or is in, stays where it stands on the screen while other lines come and go.
 * @template T
 * @param {() => T} deed
 */
export function steadily(deed) {
  const mine = document.activeElement?.closest(LINE);
  const line = pointed?.isConnected ? pointed : mine;
  const before = line?.getBoundingClientRect().top ?? 0;
  const done = deed();
  const moved = line?.isConnected ? line.getBoundingClientRect().top - before : 0;
  if (line && Math.abs(moved) >= 1) scrollOf(line).scrollBy({ top: moved, behavior: "instant" });
  return done;
}

/** @param {Element} line */
function scrollOf(line) {
  for (let place = line.parentElement; place; place = place.parentElement) {
    if (place.scrollHeight > place.clientHeight + 8 && /auto|scroll/.test(getComputedStyle(place).overflowY))
      return place;
  }
  return window;
}

/**
 * Lines are compared as far as both reach; what comes after the last shown one is left to "show more".
 * @template {Element} L
 * @param {{ body: Element, was: Map<string, L>, now: Map<string, L>, shownOn: boolean, goesOn: boolean,
 *   update: (mine: L, fresh: L) => L }} lines
 */
export function mergeLines({ body, was, now, shownOn, goesOn, update }) {
  const old = [...was.keys()];
  const fresh = [...now.keys()];
  const reach = goesOn ? old.findLastIndex((key) => now.has(key)) + 1 : old.length;
  const last = shownOn ? fresh.findLastIndex((key) => was.has(key)) + 1 : fresh.length;
  let held = false;
  /** @type {L | null} */
  let place = null;
  for (const key of fresh.slice(0, last)) {
    const mine = was.get(key);
    const coming = /** @type {L} */ (now.get(key));
    if (mine) {
      place = update(mine, coming);
      continue;
    }
    const made = document.importNode(coming, true);
    if (place) place.after(made);
    else body.prepend(made);
    htmx.process(made);
    tint(made);
    place = made;
  }
  for (const key of old.slice(0, reach)) {
    if (now.has(key)) continue;
    const line = was.get(key);
    if (line && isHeld(line)) held = true;
    else line?.remove();
  }
  return held;
}
