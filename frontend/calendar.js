// A calendar of one month in a dialog, to pick a day from: by mouse, by touch and by keyboard alone.
const DAY = 86_400_000;
const WEEK = 7;
const WEEKS = 6;
/** @type {Record<string, (day: Date) => Date>} */
const STEPS = {
  ArrowLeft: (day) => plus(day, -1),
  ArrowRight: (day) => plus(day, 1),
  ArrowUp: (day) => plus(day, -WEEK),
  ArrowDown: (day) => plus(day, WEEK),
  Home: (day) => plus(day, -weekday(day)),
  End: (day) => plus(day, WEEK - 1 - weekday(day)),
  PageUp: (day) => inMonth(day, -1),
  PageDown: (day) => inMonth(day, 1),
};

/**
 * @typedef {Record<"title" | "today" | "before" | "after" | "week" | "close", string>} Words
 */

/** @type {(day: Date, days: number) => Date} */
export const plus = (day, days) => new Date(day.getTime() + days * DAY);
/** @type {(day: Date) => number} Monday is 0. */
const weekday = (day) => (day.getUTCDay() + WEEK - 1) % WEEK;

/**
 * The same day of another month, or the last day of one that is shorter.
 * @param {Date} day
 * @param {number} months
 */
export function inMonth(day, months) {
  const [year, month] = [day.getUTCFullYear(), day.getUTCMonth() + months];
  const last = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return new Date(Date.UTC(year, month, Math.min(day.getUTCDate(), last)));
}

/**
 * The weeks in which a month lies, Monday first; always as many, so that the calendar keeps its height.
 * @param {Date} day
 */
export function weeksOf(day) {
  const first = new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), 1));
  const monday = plus(first, -weekday(first));
  return Array.from({ length: WEEKS }, (_, week) =>
    Array.from({ length: WEEK }, (_, place) => plus(monday, week * WEEK + place)),
  );
}

/**
 * The number of the week that a day is in, as calendars in Norway count them.
 * @param {Date} day
 */
export function weekOf(day) {
  const thursday = plus(day, 3 - weekday(day));
  return 1 + Math.floor((thursday.getTime() - Date.UTC(thursday.getUTCFullYear(), 0, 1)) / (WEEK * DAY));
}

/**
 * Opens a calendar at a day, below a field; whoever picks a day is told it.
 * @param {HTMLElement} field
 * @param {{ at: Date, today: Date, words: Words, picked: (day: Date) => void }} asked
 */
export function openCalendar(field, { at, today, words, picked }) {
  const page = field.ownerDocument;
  const dialog = make("dialog", { class: "calendar", "aria-label": words.title });
  let here = at;
  /** @param {Date} day */
  function draw(day) {
    here = day;
    dialog.replaceChildren(...parts(day, today, page.documentElement.lang, words));
    /** @type {HTMLElement | null} */
    const chosen = dialog.querySelector("[data-day][tabindex='0']");
    chosen?.focus();
  }
  dialog.addEventListener("keydown", (event) => {
    event.stopPropagation();
    const step = /** @type {HTMLElement} */ (event.target).dataset.day && STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    draw(step(here));
  });
  dialog.addEventListener("click", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    const button = target.closest("button");
    if (target === dialog || button?.dataset.close !== undefined) return dialog.close();
    if (button?.dataset.months) {
      const { months } = button.dataset;
      draw(inMonth(here, Number(months)));
      /** @type {HTMLElement | null} */
      const again = dialog.querySelector(`[data-months="${months}"]`);
      return again?.focus();
    }
    if (!button?.dataset.day) return;
    dialog.close();
    picked(new Date(button.dataset.day));
  });
  dialog.addEventListener("close", () => dialog.remove());
  page.body.append(dialog);
  dialog.showModal();
  draw(at);
  place(dialog, field);
}

/**
 * @param {Date} shown
 * @param {Date} today
 * @param {string} language
 * @param {Words} words
 */
function parts(shown, today, language, words) {
  /** @param {Intl.DateTimeFormatOptions} options */
  const told = (options) => new Intl.DateTimeFormat(language, { ...options, timeZone: "UTC" });
  const [title, whole] = [
    told({ month: "long", year: "numeric" }),
    told({ weekday: "long", day: "numeric", month: "long", year: "numeric" }),
  ];
  const [long, short] = [told({ weekday: "long" }), told({ weekday: "short" })];
  const weeks = weeksOf(shown);
  const heads = weeks[0].map((day) =>
    make("th", { scope: "col", abbr: long.format(day) }, short.format(day).replace(/\.$/, "")),
  );
  const lines = weeks.map((week) =>
    make("tr", {}, [
      make("th", { scope: "row" }, String(weekOf(week[0]))),
      ...week.map((day) => make("td", {}, [dayButton(day, shown, today, whole.format(day))])),
    ]),
  );
  const head = make("div", { class: "calendar-head" }, [
    button("‹", { "data-months": "-1", "aria-label": words.before }),
    make("h2", { "aria-live": "polite" }, title.format(shown)),
    button("›", { "data-months": "1", "aria-label": words.after }),
  ]);
  const table = make("table", {}, [
    make("thead", {}, [make("tr", {}, [make("th", { scope: "col" }, words.week), ...heads])]),
    make("tbody", {}, lines),
  ]);
  const foot = make("div", { class: "calendar-foot" }, [
    button(words.today, { "data-day": today.toISOString() }),
    button(words.close, { "data-close": "" }),
  ]);
  return [head, table, foot];
}

/**
 * @param {Date} day
 * @param {Date} shown
 * @param {Date} today
 * @param {string} said
 */
function dayButton(day, shown, today, said) {
  const isShown = day.getTime() === shown.getTime();
  const made = button(String(day.getUTCDate()), {
    "data-day": day.toISOString(),
    "aria-label": said,
    tabindex: isShown ? "0" : "-1",
  });
  if (day.getTime() === today.getTime()) made.setAttribute("aria-current", "date");
  if (day.getUTCMonth() !== shown.getUTCMonth()) made.classList.add("is-outside");
  return made;
}

/**
 * @param {string} words
 * @param {Record<string, string>} attributes
 */
function button(words, attributes) {
  return make("button", { type: "button", class: "btn", ...attributes }, words);
}

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string>} attributes
 * @param {string | HTMLElement[]} inside
 */
function make(tag, attributes, inside = []) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...(typeof inside === "string" ? [inside] : inside));
  return made;
}

/**
 * @param {HTMLElement} dialog
 * @param {HTMLElement} field
 */
function place(dialog, field) {
  const at = field.getBoundingClientRect();
  const { width, height } = dialog.getBoundingClientRect();
  const below = at.bottom + 4;
  const top = below + height > innerHeight ? at.top - height - 4 : below;
  dialog.style.left = `${Math.max(8, Math.min(at.left, innerWidth - width - 8))}px`;
  dialog.style.top = `${Math.max(8, Math.min(top, innerHeight - height - 8))}px`;
}
