import assert from "node:assert/strict";
import test from "node:test";
import { inMonth, weekOf, weeksOf } from "../calendar.js";

/** @type {(text: string) => Date} */
const day = (text) => new Date(text);
/** @type {(date: Date) => string} */
const text = (date) => date.toISOString().slice(0, 10);

test("the weeks of a month begin on Mondays", () => {
  const weeks = weeksOf(day("2026-11-26"));
  assert.equal(weeks.length, 6);
  assert.equal(text(weeks[0][0]), "2026-10-26");
  assert.equal(text(weeks[5][6]), "2026-12-06");
});

test("weeks are counted as in Norway", () => {
  assert.deepEqual(["2026-11-26", "2027-01-01", "2027-01-04", "2024-12-30"].map(day).map(weekOf), [48, 53, 1, 1]);
});

test("another month has the same day, or its last", () => {
  assert.equal(text(inMonth(day("2026-01-31"), 1)), "2026-02-28");
  assert.equal(text(inMonth(day("2026-01-15"), -1)), "2025-12-15");
});
