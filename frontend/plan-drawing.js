// The calendar that is EventCalendar's: resources as rows, time as columns, and in it what is booked.
import { createCalendar, Interaction, ResourceTimeline } from "@event-calendar/core";
import { MARKS } from "./plan-bookings.js";
import { between, dayOf } from "./plan-time.js";

// So many rows are drawn at first; what is further down is drawn when one comes near it.
const FIRST_ROWS = 18;
const NEAR_ROWS = 8;

/**
 * @typedef {import("@event-calendar/core").Calendar.Event} Event
 * @typedef {import("@event-calendar/core").Calendar.EventInput} EventInput
 * @typedef {import("./plan-bookings.js").Row} Row
 * @typedef {import("./plan-bookings.js").Stand} Stand
 * @typedef {import("./plan-bookings.js").Config & { span: string, today: string, words: Record<string, string>,
 *   statuses: Record<string, { label: string, hue: string }> }} Config
 * @typedef {{ lift(event: Event): void, follow(event: Event): void, land(): void, drop(event: Event): void }} Moves
 */

export class Drawing {
  /** Rows of which the bookings are drawn. */
  #drawn = /** @type {Set<string>} */ (new Set());
  #root;
  #config;
  #bookings;
  #hand;
  #calendar;
  #slotMinutes;
  #slotWidth;
  /** Draws the rows that are near what is seen. */
  #look = () => {};

  /**
   * @param {HTMLElement} root
   * @param {Config} config
   * @param {string} locale
   * @param {{ bookings: import("./plan-bookings.js").Bookings, hand: import("./plan-hand.js").Hand, moves: Moves }} plan
   */
  constructor(root, config, locale, { bookings, hand, moves }) {
    this.#root = root;
    this.#config = config;
    this.#bookings = bookings;
    this.#hand = hand;
    const { resources, hours, days, hidden } = bookings.shown;
    for (const { id } of resources.slice(0, FIRST_ROWS)) this.#drawn.add(id);
    const week = config.span === "week";
    this.#slotMinutes = week ? 60 : 30;
    const minutes = between(`${config.first}T${hours[0]}`, `${config.first}T${hours[1]}`);
    const slots = (minutes / this.#slotMinutes) * days.length;
    this.#slotWidth = Math.max(Math.floor((root.clientWidth - 148) / slots), week ? 22 : 28);
    this.#calendar = createCalendar(root, [ResourceTimeline, Interaction], {
      view: week ? "resourceTimelineWeek" : "resourceTimelineDay",
      date: config.first,
      firstDay: 1,
      hiddenDays: hidden,
      locale,
      headerToolbar: { start: "", center: "", end: "" },
      resources: [...resources],
      events: this.#events(),
      editable: config.may,
      slotMinTime: hours[0],
      slotMaxTime: hours[1],
      slotDuration: { minutes: this.#slotMinutes },
      slotLabelInterval: { minutes: week && this.#slotWidth < 40 ? 180 : 60 },
      slotLabelFormat: { hour: "2-digit", minute: "2-digit" },
      // Bookings show no clock of their own, and asking Intl for fifteen hundred of them takes its time.
      eventTimeFormat: () => "",
      dayHeaderFormat: { weekday: week ? "short" : "long", day: "numeric", month: "short" },
      snapDuration: { minutes: 15 },
      slotWidth: this.#slotWidth,
      nowIndicator: dayOf(config.today) >= config.first,
      resourceLabelContent: ({ resource }) => labelOf(resource),
      eventContent: ({ event }) => this.#content(event),
      eventDidMount: ({ event, el }) => {
        if (event.display === "auto") el.dataset.id = String(event.id);
      },
      eventAllUpdated: () => this.#stepIn(),
      eventDragStart: ({ event }) => moves.lift(event),
      eventResizeStart: ({ event }) => moves.lift(event),
      dragConstraint: ({ event }) => this.#allow(() => moves.follow(event)),
      resizeConstraint: ({ event }) => this.#allow(() => moves.follow(event)),
      eventDragStop: () => moves.land(),
      eventResizeStop: () => moves.land(),
      eventDrop: ({ event }) => moves.drop(event),
      eventResize: ({ event }) => moves.drop(event),
    });
    this.#makePlain();
    this.#drawOnTheWay();
  }

  /**
   * How wide so many minutes are, in pixels.
   * @param {number} minutes
   */
  widthOf(minutes) {
    return Math.max((minutes / this.#slotMinutes) * this.#slotWidth, 24);
  }

  /**
   * The row and the moment at a point of the screen.
   * @param {number} x
   * @param {number} y
   */
  at(x, y) {
    return this.#calendar.dateFromPoint(x, y);
  }

  /**
   * Draws a booking where it is being moved to, or where it stands.
   * @param {Row} row
   * @param {Stand} at
   * @param {boolean} [held]
   */
  move(row, { start, end, resource }, held) {
    this.showRows([resource]);
    this.#calendar.updateEvent(this.#eventOf({ ...row, start, end, row: resource }, held));
  }

  /**
   * Draws a booking that was read anew, or takes away one that has gone.
   * @param {string} id
   * @param {Row | undefined} old
   * @param {Row | undefined} row
   * @param {boolean} isBusy
   */
  put(id, old, row, isBusy) {
    if (!row || !this.#drawn.has(row.row)) this.#calendar.removeEventById(id);
    else if (old && isBusy) return;
    else if (old && this.#drawn.has(old.row)) this.#calendar.updateEvent(this.#eventOf(row));
    else this.#calendar.addEvent(this.#eventOf(row));
    if (row && old?.version !== row.version) requestAnimationFrame(() => this.#tint(id));
  }

  /**
   * Draws what is booked on rows that were out of sight.
   * @param {string[]} ids
   */
  showRows(ids) {
    const fresh = new Set(ids.filter((id) => !this.#drawn.has(id)));
    if (!fresh.size) return;
    for (const id of fresh) this.#drawn.add(id);
    for (const event of this.#events(fresh)) this.#calendar.addEvent(event);
  }

  drawRows() {
    this.#calendar.setOption("resources", [...this.#bookings.shown.resources]);
    setTimeout(() => {
      this.#makePlain();
      this.#look();
    }, 0);
  }

  drawAll() {
    this.drawRows();
    this.#calendar.setOption("events", this.#events());
  }

  /** @param {ReadonlySet<string>} rows */
  #events(rows = this.#drawn) {
    /** @type {EventInput[]} */
    const shut = this.#bookings.shown.closed
      .map(([resource, start, end, away], n) => ({ resource, start, end, away, n }))
      .filter(({ resource }) => rows.has(resource))
      .map(({ resource, start, end, away, n }) => ({
        id: `closed-${n}`,
        resourceId: resource,
        start,
        end,
        display: "background",
        classNames: [away ? "is-away" : "is-closed"],
        extendedProps: { away },
      }));
    const booked = this.#bookings.rows().filter(({ row }) => rows.has(row));
    return [...shut, ...booked.map((row) => this.#eventOf(row))];
  }

  /**
   * @param {Row} row
   * @param {boolean} [held]
   * @returns {EventInput}
   */
  #eventOf(row, held = false) {
    const hue = this.#config.statuses[row.status]?.hue ?? "steel";
    return {
      id: row.id,
      resourceId: row.row,
      start: row.start,
      end: row.end,
      title: row.title,
      startEditable: row.movable,
      durationEditable: row.resizable,
      classNames: [
        `hue-${hue}`,
        `is-${row.status}`,
        ...(MARKS.some((m) => row[m]) ? ["is-marked"] : []),
        ...(this.#bookings.isLeaving(row.id) ? ["is-leaving"] : []),
        ...(held ? ["is-held"] : []),
      ],
      extendedProps: { row },
    };
  }

  /** @param {Event} event */
  #content(event) {
    const { row, away } = /** @type {{ row?: Row, away?: boolean }} */ (event.extendedProps);
    if (!row) return { domNodes: away ? [element("span", "plan-away", this.#config.words.away)] : [] };
    const isAuto = event.display === "auto";
    const body = element(isAuto ? "button" : "span", "plan-hold");
    const marks = MARKS.filter((m) => row[m]);
    if (row.plate) body.append(element("span", "plan-plate", row.plate));
    if (marks.length || row.pinned) body.append(element("span", "plan-flag", marks.length ? "!" : "•"));
    if (row.name) body.append(element("span", "plan-what", row.name));
    if (row.kind) body.append(element("span", "plan-kind", row.kind));
    if (isAuto) {
      body.setAttribute("type", "button");
      body.tabIndex = -1;
      body.dataset.booking = String(event.id);
      if (this.#hand.focused === event.id) setTimeout(() => this.#stepIn(), 0);
    }
    return { domNodes: [body] };
  }

  /**
   * @param {() => void} deed
   * @returns {true}
   */
  #allow(deed) {
    deed();
    return true;
  }

  /** One booking at a time is reached with the tab key; what was drawn anew under the hand keeps the focus. */
  #stepIn() {
    const { focused } = this.#hand;
    const mine = focused && this.#root.querySelector(`[data-booking="${CSS.escape(focused)}"]`);
    const { activeElement } = document;
    if (mine && mine !== activeElement && (activeElement === document.body || !activeElement))
      mine.focus({ preventScroll: true });
    if (!this.#root.querySelector('[data-booking][tabindex="0"]'))
      this.#root.querySelector("[data-booking]")?.setAttribute("tabindex", "0");
  }

  /** The calendar calls itself a table, and puts what is no cell in it: here it is a group of named buttons. */
  #makePlain() {
    for (const place of this.#root.querySelectorAll("[role], [aria-colindex]"))
      for (const name of ["role", "aria-colindex", "aria-colspan"]) place.removeAttribute(name);
    const whole = this.#root.querySelector(".ec");
    whole?.setAttribute("role", "group");
    whole?.setAttribute("aria-label", this.#config.words.bookings);
  }

  #drawOnTheWay() {
    const main = /** @type {HTMLElement} */ (this.#root.querySelector(".ec-main"));
    let asked = false;
    this.#look = () => {
      asked = false;
      const height = this.#root.querySelector(".ec-body .ec-row-head")?.offsetHeight || 1;
      const first = Math.max(Math.floor(main.scrollTop / height) - NEAR_ROWS, 0);
      const last = Math.ceil((main.scrollTop + main.clientHeight) / height) + NEAR_ROWS;
      this.showRows(this.#bookings.shown.resources.slice(first, last).map(({ id }) => id));
    };
    const soon = () => {
      if (!asked) requestAnimationFrame(this.#look);
      asked = true;
    };
    main.addEventListener("scroll", soon, { passive: true });
    addEventListener("resize", soon);
  }

  /** @param {string} id */
  #tint(id) {
    const found = this.#root.querySelector(`[data-id="${CSS.escape(id)}"]`);
    found?.classList.add("is-changed");
    setTimeout(() => found?.classList.remove("is-changed"), 2000);
  }
}

/**
 * A row's name, under its trade where it is the first of it.
 * @param {{ title?: unknown, extendedProps: Record<string, unknown> }} resource
 */
function labelOf({ title, extendedProps: { trade } }) {
  const name = element("span", "plan-row-name", String(title));
  return { domNodes: trade ? [element("span", "plan-trade", String(trade)), name] : [name] };
}

/**
 * @param {"button" | "span"} name
 * @param {string} className
 * @param {string} text
 */
function element(name, className, text = "") {
  const made = document.createElement(name);
  made.className = className;
  if (text) made.textContent = text;
  return made;
}
