import assert from "node:assert/strict";
import { test } from "node:test";
import { between, clockOf, clockTime, dayOf, shift, shownHours, spanText, stepped, wallOf } from "../plan-time.js";

// Norway in the autumn of 2026: summer time ends on 25 October at 03:00, which is 01:00 in Greenwich.
const NORWAY = clockOf([
  [Date.parse("2026-03-29T01:00Z"), 120],
  [Date.parse("2026-10-25T01:00Z"), 60],
]);

test("an instant is told by Norway's clock on both sides of the change", () => {
  assert.equal(NORWAY.wall("2026-10-24T06:00:00Z"), "2026-10-24T08:00");
  assert.equal(NORWAY.wall("2026-10-26T07:00:00Z"), "2026-10-26T08:00");
  assert.equal(NORWAY.wall("2026-10-25T00:59:00Z"), "2026-10-25T02:59");
  assert.equal(NORWAY.wall("2026-10-25T01:00:00Z"), "2026-10-25T02:00");
});

test("what stands before the first known change has its offset", () => {
  assert.equal(NORWAY.wall("2026-01-05T07:00:00Z"), "2026-01-05T09:00");
});

test("a wall time goes back to the instant it came from", () => {
  for (const instant of ["2026-10-24T06:00:00.000Z", "2026-10-26T07:00:00.000Z", "2026-10-25T22:45:00.000Z"])
    assert.equal(NORWAY.instant(NORWAY.wall(instant)), instant);
});

test("wall times are moved over midnight, months and years", () => {
  assert.equal(shift("2026-11-30T23:45", 15), "2026-12-01T00:00");
  assert.equal(shift("2027-01-01T00:00", -1), "2026-12-31T23:59");
  assert.equal(between("2026-11-30T22:00", "2026-12-01T06:30"), 510);
  assert.equal(between("2026-12-01T06:30", "2026-11-30T22:00"), -510);
});

test("the day of the change has as many hours on the plan as any other", () => {
  assert.equal(between("2026-10-25T00:00", "2026-10-26T00:00"), 24 * 60);
});

test("a wall time has a day and a time of day", () => {
  assert.deepEqual([dayOf("2026-11-23T08:05"), clockTime("2026-11-23T08:05")], ["2026-11-23", "08:05"]);
  assert.equal(wallOf(new Date(2026, 0, 5, 7, 3)), "2026-01-05T07:03");
});

test("the hours shown are the sites' own where nothing lies outside them", () => {
  assert.deepEqual(shownHours([], ["07:00", "16:00"]), ["07:00", "16:00"]);
  const within = [{ start: "2026-11-23T08:00", end: "2026-11-23T10:00" }];
  assert.deepEqual(shownHours(within, ["07:30", "15:30"]), ["07:00", "16:00"]);
});

test("a booking that begins earlier or ends later widens them to whole hours", () => {
  const wide = [
    { start: "2026-11-23T05:45", end: "2026-11-23T07:00" },
    { start: "2026-11-23T15:00", end: "2026-11-23T17:15" },
  ];
  assert.deepEqual(shownHours(wide, ["07:00", "16:00"]), ["05:00", "18:00"]);
});

test("a booking that ends on another day does not say when the day ends", () => {
  assert.deepEqual(shownHours([{ start: "2026-11-23T15:00", end: "2026-11-24T23:30" }], ["07:00", "16:00"]), [
    "07:00",
    "16:00",
  ]);
});

// A week without its Wednesday.
/** @type {{ limits: [from: string, to: string], days: string[] }} */
const WEEK = { limits: ["07:00", "16:00"], days: ["2026-11-23", "2026-11-24", "2026-11-26", "2026-11-27"] };
/** @type {(start: string, end: string, minutes: number) => string[]} */
const move = (start, end, minutes) => Object.values(stepped({ start, end }, minutes, WEEK));

test("a booking is moved within its day", () => {
  assert.deepEqual(move("2026-11-23T08:00", "2026-11-23T10:00", 15), ["2026-11-23T08:15", "2026-11-23T10:15"]);
  assert.deepEqual(move("2026-11-23T07:15", "2026-11-23T10:00", -15), ["2026-11-23T07:00", "2026-11-23T09:45"]);
  assert.deepEqual(move("2026-11-23T14:00", "2026-11-23T15:45", 15), ["2026-11-23T14:15", "2026-11-23T16:00"]);
});

test("past the evening comes the next morning, whatever lies between", () => {
  assert.deepEqual(move("2026-11-23T14:00", "2026-11-23T16:00", 15), ["2026-11-24T07:00", "2026-11-24T09:00"]);
  assert.deepEqual(move("2026-11-24T14:00", "2026-11-24T16:00", 15), ["2026-11-26T07:00", "2026-11-26T09:00"]);
});

test("before the morning is the evening before", () => {
  assert.deepEqual(move("2026-11-26T07:00", "2026-11-26T09:00", -15), ["2026-11-24T14:00", "2026-11-24T16:00"]);
});

test("before the first morning and after the last evening it stays", () => {
  assert.deepEqual(move("2026-11-23T07:00", "2026-11-23T09:00", -15), ["2026-11-23T07:00", "2026-11-23T09:00"]);
  assert.deepEqual(move("2026-11-27T14:00", "2026-11-27T16:00", 15), ["2026-11-27T14:00", "2026-11-27T16:00"]);
});

test("where the day is the whole round of the clock, midnight is stepped over", () => {
  /** @type {typeof WEEK} */
  const round = { limits: ["00:00", "24:00"], days: ["2026-11-23", "2026-11-24"] };
  const late = { start: "2026-11-23T21:45", end: "2026-11-23T23:45" };
  assert.deepEqual(stepped(late, 15, round), { start: "2026-11-24T00:00", end: "2026-11-24T02:00" });
});

test("a span is told in the reader's language", () => {
  assert.equal(spanText("2026-11-26T08:00", "2026-11-26T10:30", "nb-NO"), "tor. 26. nov. 08:00–10:30");
  // Whether a comma follows the weekday differs between releases of ICU.
  assert.match(spanText("2026-11-26T08:00", "2026-11-26T10:30", "en-GB"), /^Thu,? 26 Nov 08:00–10:30$/);
});
