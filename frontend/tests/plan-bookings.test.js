import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Bookings, isEmpty } from "../plan-bookings.js";
import { booked, CONFIG, told } from "./plan-week.js";

/** @type {Set<string>} */
const busy = new Set();
/** @type {Bookings} */
let plan;

/** @param {string} id */
function rowOf(id) {
  const row = plan.get(id);
  assert.ok(row);
  return row;
}

beforeEach(() => {
  busy.clear();
  plan = new Bookings(CONFIG, (id) => busy.has(id));
});

test("a booking is told by Norway's clock, with its car and its work", () => {
  plan.take(told(booked("a")));
  const { start, end, row, title, kind, movable, elsewhere } = rowOf("a");
  assert.deepEqual([start, end, row], ["2026-11-24T08:00", "2026-11-24T10:00", "lift"]);
  assert.deepEqual([title, kind, movable, elsewhere], ["AB 12345 VW Golf", "Vask", true, false]);
  assert.equal(plan.nameOf("lift"), "Løfter (2)");
});

test("a car without a plate is told apart by its order, else by its VIN, with its colour", () => {
  const car = { make: "VW", model: "Golf", color: "Blå", order_number: "495-100", vin: "WVWZZZ00000123456" };
  plan.take(told(booked("a", { car }), booked("b", { car: { ...car, order_number: undefined } })));
  assert.equal(rowOf("a").title, "495-100 VW Golf Blå");
  assert.equal(rowOf("b").title, "123456 VW Golf Blå");
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
  assert.equal(rowOf("a").row, "at:other");
  assert.deepEqual(plan.shown.resources.at(-1), { id: "at:other", title: "Hos Moss", elsewhere: true });
  assert.equal(plan.get("b"), undefined);
});

test("a draft is moved as a line of its proposal, and what it would move is known until it is left out", () => {
  const draft = { proposal: "p", line: 3, moves: "a" };
  const shown = booked("draft:3", { status: "draft", draft, starts_at: "2026-11-24T10:00:00Z" });
  plan.take({ ...told(booked("a")), drafts: [shown] });
  assert.equal(rowOf("draft:3").movable, true);
  assert.equal(plan.isLeaving("a"), true);
  const to = { ...rowOf("draft:3").stored, end: "2026-11-24T12:30" };
  assert.deepEqual(plan.changes("draft:3", to), {
    proposal: "p",
    line: 3,
    starts_at: undefined,
    ends_at: "2026-11-24T12:30",
    resource: undefined,
  });
  plan.take({ ...told(booked("a")), drafts: [{ ...shown, status: "left_out" }] });
  assert.equal(plan.isLeaving("a"), false);
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
  plan.learn(later);
  const { start, version, stored } = rowOf("a");
  assert.deepEqual([start, version, stored.start], ["2026-11-24T09:00", 2, "2026-11-24T13:00"]);
  busy.clear();
  assert.equal(plan.learn(later)?.start, "2026-11-24T13:00");
});

test("rows stand by trade, each named once; who has nothing to do with the days is hidden until asked for", () => {
  const given = told();
  const [lift] = given.resources;
  const resources = [
    lift,
    { ...lift, id: "lift2", name: "Bukk", capacity: 1 },
    { ...lift, id: "off", name: "Fri", capacity: 1, idle: true },
    { ...lift, id: "wash", name: "Vask", capacity: 1, trade: "cosmetic" },
  ];
  const rows = () => plan.shown.resources.map(({ id, extendedProps }) => [id, extendedProps?.trade]);
  const busy = [
    ["lift", "Teknisk"],
    ["lift2", undefined],
    ["wash", "Bilpleie"],
  ];
  plan.take({ ...given, resources });
  assert.deepEqual([rows(), plan.shown.idle], [busy, 1]);
  plan.showAll(true);
  assert.deepEqual([rows().map(([id]) => id), plan.shown.idle], [["lift", "lift2", "off", "wash"], 1]);
  plan.showAll(false);
  plan.learn(booked("a", { resource: "off" }));
  assert.deepEqual([rows().map(([id]) => id), plan.shown.idle], [["lift", "lift2", "off", "wash"], 0]);
  plan.take({ ...given, resources: resources.map((r) => ({ ...r, idle: true })) });
  assert.deepEqual([rows().length, plan.shown.idle], [4, 0]);
});
