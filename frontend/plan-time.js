// Times on the plan are Norway's wall clock, written "2026-11-23T08:00", wherever the browser stands.
const MINUTE = 60000;

/**
 * What turns the server's instants into wall times and back; offsets are [from this millisecond on, minutes ahead].
 * @param {[from: number, minutes: number][]} offsets
 */
export function clockOf(offsets) {
  /** @param {number} at */
  const ahead = (at) => (offsets.findLast(([from]) => at >= from) ?? offsets[0])[1];
  return {
    /** @param {string} instant */
    wall(instant) {
      const at = Date.parse(instant);
      return new Date(at + ahead(at) * MINUTE).toISOString().slice(0, 16);
    },
    /** @param {string} wall */
    instant(wall) {
      const at = Date.parse(`${wall}:00Z`);
      return new Date(at - ahead(at - ahead(at) * MINUTE) * MINUTE).toISOString();
    },
  };
}

/**
 * The wall time of a date as the calendar hands it over: its parts are what is meant.
 * @param {Date} date
 */
export function wallOf(date) {
  /** @param {number} number */
  const two = (number) => String(number).padStart(2, "0");
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join("-");
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** @type {(wall: string, minutes: number) => string} */
export const shift = (wall, minutes) =>
  new Date(Date.parse(`${wall}:00Z`) + minutes * MINUTE).toISOString().slice(0, 16);
/** @type {(start: string, end: string) => number} */
export const between = (start, end) => (Date.parse(`${end}:00Z`) - Date.parse(`${start}:00Z`)) / MINUTE;
/** @type {(wall: string) => string} */
export const dayOf = (wall) => wall.slice(0, 10);
/** @type {(wall: string) => string} */
export const clockTime = (wall) => wall.slice(11, 16);

/**
 * The hours that are drawn, whole ones: those of the sites, and further where a booking begins earlier or ends later.
 * @param {{ start: string, end: string }[]} spans
 * @param {[from: string, to: string]} hours
 * @returns {[from: string, to: string]}
 */
export function shownHours(spans, [from, to]) {
  const [low = from] = [from, ...spans.map(({ start }) => clockTime(start))].sort();
  const within = spans.filter(({ start, end }) => dayOf(start) === dayOf(end));
  const high = [to, ...within.map(({ end }) => clockTime(end))].sort().at(-1) ?? to;
  const whole = high.slice(3) === "00" ? high : `${String(Number(high.slice(0, 2)) + 1).padStart(2, "0")}:00`;
  return [`${low.slice(0, 2)}:00`, whole];
}

/**
 * A booking moved by some minutes. The night is stepped over, and days that are not shown: before the morning is the
 * evening of the day before. Where there is no such day, the booking stays.
 * @param {{ start: string, end: string }} booking
 * @param {number} minutes
 * @param {{ limits: [from: string, to: string], days: string[] }} shown
 * @returns {{ start: string, end: string }}
 */
export function stepped(booking, minutes, { limits: [low, high], days }) {
  const length = between(booking.start, booking.end);
  /** @param {number} step */
  const beside = (step) => days[days.indexOf(dayOf(booking.start)) + step];
  let start = shift(booking.start, minutes);
  const [before, after] = [beside(-1), beside(1)];
  const isEarly = clockTime(start) < low || (minutes < 0 && dayOf(start) !== dayOf(booking.start));
  const isLate = clockTime(shift(start, length)) > high || dayOf(shift(start, length)) !== dayOf(start);
  if (isEarly) start = before ? shift(`${before}T${high}`, -length) : booking.start;
  else if (isLate) start = after ? `${after}T${low}` : booking.start;
  return { start, end: shift(start, length) };
}

/**
 * "tor. 26. nov. 08:00–10:30"
 * @type {(start: string, end: string, locale: string) => string}
 */
export function spanText(start, end, locale) {
  const day = new Intl.DateTimeFormat(locale, { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" });
  return `${day.format(Date.parse(`${start}:00Z`))} ${clockTime(start)}–${clockTime(end)}`;
}
