// Fields for days and times: the server reads what was typed, "i morgen" or "0830", and a calendar picks a day.
// Markup: [data-when=day|moment|clock] holding an input and, but for times, button[data-calendar].
import { askJson } from "./ask.js";
import { openCalendar } from "./calendar.js";

const WHOLE = /^\d\d\.\d\d\.\d{4}(?: \d\d:\d\d)?$/;
const MORNING = "08:00";

/** @param {Document} page */
export function askWhen(page) {
  page.addEventListener("change", ({ target }) => {
    const kind = whenOf(target)?.dataset.when;
    if (kind && target.value.trim() && !WHOLE.test(target.value)) read(target, kind);
  });
  page.addEventListener("click", ({ target }) => {
    const button = target.closest?.("[data-calendar]");
    if (button) open(button);
  });
  page.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" || !event.altKey) return;
    const button = /** @type {HTMLElement | null | undefined} */ (
      whenOf(event.target)?.querySelector("[data-calendar]")
    );
    if (!button) return;
    event.preventDefault();
    open(button);
  });
}

/**
 * @param {HTMLElement} place
 * @returns {HTMLElement | null | undefined}
 */
function whenOf(place) {
  return place.closest?.("[data-when]");
}

/**
 * Shows what the server understands; without an answer it stays as typed, and is read when it is sent.
 * @param {Field} input
 * @param {string} kind
 */
async function read(input, kind) {
  const typed = input.value;
  const asked = new URLSearchParams({ kind, text: typed });
  const text = (await askJson(`/app/when?${asked}`))?.text;
  if (text !== undefined && input.value === typed && text !== typed) put(input, text);
}

/** @param {HTMLElement} button */
function open(button) {
  const box = /** @type {HTMLElement} */ (whenOf(button));
  const input = /** @type {HTMLInputElement} */ (box.querySelector("input"));
  const [, day, month, year, clock] = /^(\d\d)\.(\d\d)\.(\d{4})(?: (\d\d:\d\d))?$/.exec(input.value) ?? [];
  const today = new Date(wallClock().slice(0, 10));
  const typed = new Date(`${year}-${month}-${day}`);
  const {
    title,
    calendar = "",
    before = "",
    after = "",
    week = "",
    close = "",
  } = { ...button.dataset, title: button.title };
  openCalendar(input, {
    at: Number.isNaN(typed.getTime()) ? today : typed,
    today,
    words: { title, today: calendar, before, after, week, close },
    picked: (picked) => {
      const written = inNorway(picked.toISOString().slice(0, 10));
      const isMoment = box.dataset.when === "moment";
      put(input, isMoment ? `${written} ${clock ?? MORNING}` : written);
      input.focus();
      // The time of day is the next thing to be typed.
      if (isMoment) input.setSelectionRange(written.length + 1, input.value.length);
    },
  });
}

/**
 * @param {Field} input
 * @param {string} value
 */
function put(input, value) {
  input.value = value;
  input.dispatchEvent(new Event("input", { bubbles: true }));
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

/** Norway's wall clock, whatever the device's own zone. */
function wallClock() {
  return new Date().toLocaleString("sv-SE", { timeZone: "Europe/Oslo" }).slice(0, 16);
}

/** @param {string} day */
function inNorway(day) {
  return day.split("-").reverse().join(".");
}

/** This minute, as a form holds it. */
export function thisMinute() {
  const [day, clock] = wallClock().split(" ");
  return `${inNorway(day)} ${clock}`;
}
