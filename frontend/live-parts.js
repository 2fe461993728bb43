// Parts of a page: fetched anew under the reader's own rights, compared, put in place, tinted.
import htmx from "htmx.org";

const REFUSED = ".field-theirs, [aria-invalid='true'], .banner-bad";
const PASSING = /^(_csrf|_key|_version|_base)$/;

/** The page, or a part of it, as it would be now; undefined when the reader is signed out or may not. */
export async function fetchPart(address, part = false) {
  const answer = await fetch(address, { headers: part ? { "HX-Request": "true" } : {} });
  if (!answer.ok || answer.redirected || answer.headers.has("HX-Redirect")) return undefined;
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

/** What a reader would notice of an element: its words and what stands in its fields. */
export function looksOf(element) {
  const fields = [...element.querySelectorAll("input, select, textarea")]
    .filter(({ name }) => !PASSING.test(name))
    .map(
      (field) =>
        `${field.name}=${field.type === "checkbox" || field.type === "radio" ? field.defaultChecked : stored(field)}`,
    );
  return `${element.textContent.replace(/\s+/g, " ").trim()}|${fields.join("|")}|${element.querySelectorAll("img, svg g").length}`;
}

function stored(field) {
  if (field.options)
    return [...field.options]
      .filter((o) => o.defaultSelected)
      .map((o) => o.value)
      .join();
  return field.defaultValue;
}

/** Whether a reader is in it, has typed something that is not saved, or was just told why it was not saved. */
export function isHeld(element) {
  if (element.matches(REFUSED) || element.querySelector(REFUSED)) return true;
  if (
    element.contains(document.activeElement) &&
    document.activeElement.matches("input, select, textarea, button, a, summary, [contenteditable]")
  )
    return true;
  return [...element.querySelectorAll("input, select, textarea")].some(isTyped);
}

function isTyped(field) {
  if (field.type === "hidden") return false;
  if (field.type === "file") return field.files.length > 0;
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.options) {
    const chosen = [...field.options].some((o) => o.defaultSelected);
    return chosen ? [...field.options].some((o) => o.selected !== o.defaultSelected) : field.selectedIndex > 0;
  }
  return field.value !== field.defaultValue;
}

/** Puts a new element where the old one stands, as open as that was. */
export function putInPlace(old, fresh) {
  const made = document.importNode(fresh, true);
  if (old.localName === "details") made.open = old.open;
  old.replaceWith(made);
  htmx.process(made);
  return made;
}

/** Tints what has changed for two seconds; with reduced motion the style sheet leaves it as it is. */
export function tint(element) {
  element.classList.add("is-changed");
  setTimeout(() => element.classList.remove("is-changed"), 2000);
}

/** Tints those of some parts that read otherwise than they did. */
export function tintChanged(was, now) {
  now.forEach((element, place) => {
    if (was[place] !== element.textContent) tint(element);
  });
}

const LINE = "[data-row], [data-card], tr, li";
let pointed = null;
document.addEventListener("pointerover", ({ target }) => (pointed = target.closest?.(LINE)), { passive: true });

/** What one points at, or is in, stays where it stands on the screen while other lines come and go. */
export function steadily(deed) {
  const mine = document.activeElement?.closest(LINE);
  const line = pointed?.isConnected ? pointed : mine;
  const before = line?.getBoundingClientRect().top;
  const done = deed();
  const moved = line?.isConnected ? line.getBoundingClientRect().top - before : 0;
  if (Math.abs(moved) >= 1) scrollOf(line).scrollBy({ top: moved, behavior: "instant" });
  return done;
}

function scrollOf(line) {
  for (let place = line.parentElement; place; place = place.parentElement) {
    if (place.scrollHeight > place.clientHeight + 8 && /auto|scroll/.test(getComputedStyle(place).overflowY))
      return place;
  }
  return window;
}

/** Lines are compared as far as both reach; what comes after the last shown one is left to "show more". */
export function mergeLines({ body, was, now, shownOn, goesOn, update }) {
  const old = [...was.keys()];
  const fresh = [...now.keys()];
  const reach = goesOn ? old.findLastIndex((key) => now.has(key)) + 1 : old.length;
  const last = shownOn ? fresh.findLastIndex((key) => was.has(key)) + 1 : fresh.length;
  let held = false;
  let place = null;
  for (const key of fresh.slice(0, last)) {
    const mine = was.get(key);
    if (mine) {
      place = update(mine, now.get(key));
      continue;
    }
    const made = document.importNode(now.get(key), true);
    if (place) place.after(made);
    else body.prepend(made);
    htmx.process(made);
    tint(made);
    place = made;
  }
  for (const key of old.slice(0, reach)) {
    if (now.has(key)) continue;
    const line = was.get(key);
    if (isHeld(line)) held = true;
    else line.remove();
  }
  return held;
}
