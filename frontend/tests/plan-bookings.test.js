import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Bookings, isEmpty } from "../plan-bookings.js";

// The week of 23 November 2026 at one site, which has a lift; another site has a bay.
const CONFIG = {
  first: "2026-11-23",
  days: 7,
  site: "mine",
  sites: { other: "Moss" },
  may: true,
  types: { wash: { name: "Vask" } },
  words: { at_site: "Hos {site}" },
};
const CLOSED = ["28", "29"].map((day) => ["lift", `2026-11-${day}T07:00`, `2026-11-${day}T16:00`, false]);

const booked = (id, more = {}) => ({
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
const told = (...bookings) => ({
  offsets: [[0, 60]],
  closed: CLOSED,
  limits: ["07:00", "16:00"],
  resources: [{ id: "lift", name: "Løfter", capacity: 2 }],
  bookings,
});

const busy = new Set();
let plan;

beforeEach(() => {
  busy.clear();
  plan = new Bookings(CONFIG, (id) => busy.has(id));
});

test("a booking is told by Norway's clock, with its car and its work", () => {
  plan.take(told(booked("a")));
  const { start, end, row, title, kind, movable, elsewhere } = plan.get("a");
  assert.deepEqual([start, end, row], ["2026-11-24T08:00", "2026-11-24T10:00", "lift"]);
  assert.deepEqual([title, kind, movable, elsewhere], ["AB 12345 VW Golf", "Vask", true, false]);
  assert.equal(plan.nameOf("lift"), "Løfter (2)");
});

test("a weekend on which everybody is away and nothing is booked is not drawn", () => {
  plan.take(told());
  assert.deepEqual(plan.shown.hidden, [6, 0]);
  assert.equal(plan.shown.days.at(-1), "2026-11-27");
  const saturday = { starts_at: "2026-11-28T09:00:00Z", ends_at: "2026-11-28T10:00:00Z" };
  plan.take(told(booked("a", saturday)));
  assert.deepEqual(plan.shown.hidden, [0]);
});

test("what is done at another site stands in that site's row, which comes with the first", () => {
  plan.take(told(booked("a", { provider: "other", resource: "bay" }), booked("b", { resource: "gone" })));
  assert.equal(plan.get("a").row, "at:other");
  assert.deepEqual(plan.shown.resources.at(-1), { id: "at:other", title: "Hos Moss", elsewhere: true });
  assert.equal(plan.get("b"), undefined);
});

test("a plan is empty where it has no row", () => {
  const bare = { ...told(), resources: [] };
  assert.equal(isEmpty(CONFIG, bare), true);
  assert.equal(isEmpty(CONFIG, { ...bare, bookings: [booked("a")] }), true);
  assert.equal(isEmpty(CONFIG, { ...bare, bookings: [booked("a", { provider: "other" })] }), false);
  assert.equal(isEmpty(CONFIG, told()), false);
});

test("of a move only what differs from what is stored is sent", () => {
  plan.take(told(booked("a")));
  plan.move("a", { start: "2026-11-24T09:00", end: "2026-11-24T11:00", resource: "lift" });
  const back = plan.changes("a", { start: "2026-11-24T08:00", end: "2026-11-24T11:00", resource: "lift" });
  assert.deepEqual(back, {
    booking: "a",
    _version: 1,
    starts_at: undefined,
    ends_at: "2026-11-24T11:00",
    resource: undefined,
  });
});

test("a booking that is being moved here stays where it is drawn, and knows where it is stored", () => {
  plan.take(told(booked("a")));
  plan.move("a", { start: "2026-11-24T09:00", end: "2026-11-24T11:00", resource: "lift" });
  busy.add("a");
  const later = booked("a", { version: 2, starts_at: "2026-11-24T12:00:00Z", ends_at: "2026-11-24T13:00:00Z" });
  const { start, version, stored } = plan.learn(later);
  assert.deepEqual([start, version, stored.start], ["2026-11-24T09:00", 2, "2026-11-24T13:00"]);
  busy.clear();
  assert.equal(plan.learn(later).start, "2026-11-24T13:00");
});
