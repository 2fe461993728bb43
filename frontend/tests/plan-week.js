// The week of 23 November 2026 at one site, which has a lift; another site has a bay.

/** @type {import("../plan-bookings.js").Config} */
export const CONFIG = {
  first: "2026-11-23",
  days: 7,
  site: "mine",
  sites: { other: "Moss" },
  may: true,
  types: { wash: { name: "Vask" } },
  trades: { cosmetic: "Bilpleie", technical: "Teknisk" },
  words: { at_site: "Hos {site}" },
};

/** @type {import("../plan-bookings.js").Closed[]} */
const CLOSED = [
  ["lift", "2026-11-28T07:00", "2026-11-28T16:00", false],
  ["lift", "2026-11-29T07:00", "2026-11-29T16:00", false],
];

/**
 * @param {string} id
 * @param {Partial<import("../plan-bookings.js").Booked>} [more]
 * @returns {import("../plan-bookings.js").Booked}
 */
export const booked = (id, more = {}) => ({
  id,
  version: 1,
  status: "scheduled",
  provider: "mine",
  resource: "lift",
  resource_type: "wash",
  starts_at: "2026-11-24T07:00:00Z",
  ends_at: "2026-11-24T09:00:00Z",
  car: { make: "VW", model: "Golf", license_plate: "AB12345" },
  ...more,
});

/**
 * @param {...import("../plan-bookings.js").Booked} bookings
 * @returns {import("../plan-bookings.js").Told}
 */
export const told = (...bookings) => ({
  offsets: [[0, 60]],
  closed: CLOSED,
  limits: ["07:00", "16:00"],
  resources: [{ id: "lift", name: "Løfter", capacity: 2, trade: "technical", idle: false }],
  bookings,
});
