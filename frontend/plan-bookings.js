// What is booked on the days that are shown, as the server told it and as it is being moved here.
import { clockOf, dayOf, shift, shownHours } from "./plan-time.js";

/** What is amiss with a booking. */
export const MARKS = /** @type {const} */ (["overrun", "held_up", "absent", "late"]);
const AHEAD = new Set(["scheduled", "confirmed"]);

/**
 * @typedef {{ start: string, end: string, resource: string }} Stand Where a booking stands, by the wall clock.
 * @typedef {{ make?: string, model?: string, license_plate?: string, order_number?: string, vin?: string,
 *   color?: string }} Car
 * @typedef {{ id: string, version: number, status: string, provider: string, resource: string, resource_type: string,
 *   starts_at: string, ends_at: string, car?: Car | null, pinned?: boolean, draft?: Draft }} Stored
 * @typedef {{ proposal: string, line: number, moves: string | null }} Draft Where a booking is proposed; it may be the move of
 *   one that stands.
 * @typedef {Stored & Partial<Record<typeof MARKS[number], boolean>>} Booked
 * @typedef {Booked & { row: string, elsewhere: boolean, start: string, end: string, plate: string, name: string,
 *   kind: string, title: string, movable: boolean, resizable: boolean, stored: Stand }} Row
 * @typedef {{ id: string, title: string, elsewhere?: boolean, extendedProps?: { trade: string } }} Resource A row; the
 *   first of its trade names it.
 * @typedef {import("@event-calendar/core").Calendar.dayOfWeek} Weekday
 * @typedef {[from: string, to: string]} Hours
 * @typedef {[resource: string, start: string, end: string, away: boolean]} Closed
 * @typedef {{ offsets: [from: number, minutes: number][], closed: Closed[], limits: Hours, bookings: Booked[], drafts?: Booked[],
 *   resources: { id: string, name: string, capacity: number, trade: string, idle: boolean }[] }} Told
 * @typedef {{ resources: readonly Resource[], closed: readonly Closed[], limits: Hours, hours: Hours, days: string[],
 *   hidden: Weekday[], idle: number }} Shown What is drawn beside the bookings: rows, shut hours, and of which days
 *   which hours; ``idle`` is how many rows have nothing to do with these days.
 * @typedef {{ first: string, days: number, site: string | null, sites: Record<string, string>, may: boolean,
 *   types: Record<string, { name: string }>, trades: Record<string, string>, words: Record<string, string> }} Config
 */

export class Bookings {
  /** @type {Map<string, Row>} */
  #rows = new Map();
  /** Rows of this plan's own. */
  #own = /** @type {Map<string, Told["resources"][number]>} */ (new Map());
  /** Rows of other sites. */
  #sites = /** @type {Map<string, Resource>} */ (new Map());
  /** Bookings that drafts would move. */
  #leaving = /** @type {Set<string>} */ (new Set());
  #isAll = false;
  #clock = clockOf([[0, 0]]);
  /** @type {Shown} */
  #shown = { resources: [], closed: [], limits: ["", ""], hours: ["", ""], days: [], hidden: [], idle: 0 };
  #config;
  #isBusy;

  /**
   * @param {Config} config
   * @param {(id: string) => boolean} isBusy Whether a booking is being moved here, and stays where it is drawn.
   */
  constructor(config, isBusy) {
    this.#config = config;
    this.#isBusy = isBusy;
  }

  get shown() {
    return this.#shown;
  }

  /** @param {string} id */
  get(id) {
    return this.#rows.get(id);
  }

  rows() {
    return [...this.#rows.values()];
  }

  /**
   * Whether a draft would move a booking elsewhere.
   * @param {string} id
   */
  isLeaving(id) {
    return this.#leaving.has(id);
  }

  /** @param {string} id */
  remove(id) {
    this.#rows.delete(id);
  }

  /**
   * Shows the rows that have nothing to do with these days too, or hides them.
   * @param {boolean} isAll
   */
  showAll(isAll) {
    this.#isAll = isAll;
    this.#arrange();
  }

  /**
   * Moves a booking on this page.
   * @param {string} id
   * @param {Stand} to
   */
  move(id, { start, end, resource }) {
    const row = this.#rows.get(id);
    if (row) Object.assign(row, { start, end, row: resource });
  }

  /** @param {string} wall */
  instant(wall) {
    return this.#clock.instant(wall);
  }

  /** @param {string} resource */
  nameOf(resource) {
    return this.#shown.resources.find((r) => r.id === resource)?.title ?? "";
  }

  /**
   * What a move sends: only what it changes of what is stored.
   * @param {string} id
   * @param {Stand} to
   */
  changes(id, { start, end, resource }) {
    const { stored, version, draft } = /** @type {Row} */ (this.#rows.get(id));
    return {
      ...(draft ? { proposal: draft.proposal, line: draft.line } : { booking: id, _version: version }),
      starts_at: start === stored.start ? undefined : start,
      ends_at: end === stored.end ? undefined : end,
      resource: resource === stored.resource ? undefined : resource,
    };
  }

  /**
   * Keeps what the server has told of all these days, in place of what was known.
   * @param {Told} told
   */
  take(told) {
    const { first, days: count } = this.#config;
    const { closed, limits } = told;
    this.#clock = clockOf(told.offsets);
    this.#own = new Map(told.resources.map((r) => [r.id, r]));
    this.#sites.clear();
    this.#rows.clear();
    const drafts = told.drafts ?? [];
    const kept = drafts.filter(({ status }) => status === "draft");
    this.#leaving = new Set(kept.flatMap(({ draft }) => draft?.moves ?? []));
    for (const row of [...told.bookings, ...drafts]) this.#keep(row);
    this.#arrange();
    const rows = this.rows();
    const all = Array.from({ length: count }, (_, n) => dayOf(shift(`${first}T12:00`, n * 1440)));
    const days = all.length === 1 ? all : daysOfUse(all, rows, told);
    const hidden = all.filter((day) => !days.includes(day)).map(weekday);
    this.#shown = { ...this.#shown, closed, limits, hours: shownHours(rows, limits), days, hidden };
  }

  /**
   * Keeps a booking; where it is done at another site, it stands in that site's row.
   * @param {Booked} booked
   */
  learn(booked) {
    const made = this.#keep(booked);
    if (made && !this.#shown.resources.some((r) => r.id === made.row)) this.#arrange();
    return made;
  }

  /** @param {Booked} booked */
  #keep(booked) {
    const config = this.#config;
    const site = `at:${booked.provider}`;
    const elsewhere = !this.#own.has(booked.resource);
    if (elsewhere && (!config.site || booked.provider === config.site)) return undefined;
    if (elsewhere) this.#addSite(site, booked.provider);
    const made = this.#rowOf(booked, elsewhere ? site : booked.resource, elsewhere);
    const shown = this.#isBusy(booked.id) && this.#rows.get(booked.id);
    if (shown) Object.assign(made, { start: shown.start, end: shown.end, row: shown.row });
    this.#rows.set(booked.id, made);
    return made;
  }

  /**
   * @param {string} id
   * @param {string} provider
   */
  #addSite(id, provider) {
    const title = this.#config.words.at_site.replace("{site}", this.#config.sites[provider] ?? "");
    this.#sites.set(id, { id, title, elsewhere: true });
  }

  /** Lays out the rows by trade, without those that have nothing to do with these days; where none has, all of them. */
  #arrange() {
    const own = [...this.#own.values()];
    const used = new Set(this.rows().map((r) => r.row));
    const busy = own.filter((r) => !r.idle || used.has(r.id));
    const idle = busy.length ? own.length - busy.length : 0;
    let trade = "";
    const rows = (idle && !this.#isAll ? busy : own).map((r) => {
      const isFirst = r.trade !== trade;
      trade = r.trade;
      const title = r.capacity > 1 ? `${r.name} (${r.capacity})` : r.name;
      return { id: r.id, title, ...(isFirst ? { extendedProps: { trade: this.#config.trades[trade] ?? "" } } : {}) };
    });
    this.#shown = { ...this.#shown, resources: [...rows, ...this.#sites.values()], idle };
  }

  /**
   * @param {Booked} booked
   * @param {string} row
   * @param {boolean} elsewhere
   * @returns {Row}
   */
  #rowOf(booked, row, elsewhere) {
    const { may, types } = this.#config;
    const car = booked.car ?? {};
    const plate = plateText(car.license_plate) || car.order_number || car.vin?.slice(-6) || "";
    const name = [car.make, car.model, !car.license_plate && car.color].filter(Boolean).join(" ");
    const kind = types[booked.resource_type]?.name ?? "";
    const [start, end] = [this.#clock.wall(booked.starts_at), this.#clock.wall(booked.ends_at)];
    return {
      ...booked,
      row,
      elsewhere,
      start,
      end,
      plate,
      name,
      kind,
      title: [plate, name].filter(Boolean).join(" ") || kind,
      movable: may && (Boolean(booked.draft) || AHEAD.has(booked.status)),
      resizable: may && (Boolean(booked.draft) || AHEAD.has(booked.status) || booked.status === "in_progress"),
      stored: { start, end, resource: row },
    };
  }
}

/**
 * Whether there is no row to draw, neither of this plan's own nor of another site at which something is done for it.
 * @type {(config: Config, told: Told) => boolean}
 */
export const isEmpty = ({ site }, { resources, bookings }) =>
  !resources.length && !(site && bookings.some(({ provider }) => provider !== site));

/** @type {(plate: string | undefined) => string} */
const plateText = (plate) => plate?.replace(/^([A-ZÆØÅ]{2})(\d{4,5})$/, "$1 $2") ?? "";

/** @type {(day: string) => Weekday} */
const weekday = (day) => /** @type {Weekday} */ (new Date(`${day}T12:00Z`).getUTCDay());

/**
 * The days without those of a weekend on which everybody is away and nothing is booked.
 * @param {string[]} days
 * @param {Row[]} rows
 * @param {Told} told
 */
function daysOfUse(days, rows, { closed, limits: [from, to], resources }) {
  const used = new Set(rows.map((r) => dayOf(r.start)));
  /** @param {string} day */
  const isShut = (day) =>
    closed.filter(([, start, end]) => start === `${day}T${from}` && end === `${day}T${to}`).length >= resources.length;
  return days.filter((day) => used.has(day) || !([0, 6].includes(weekday(day)) && isShut(day)));
}
