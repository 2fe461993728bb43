import "fake-indexeddb/auto";
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { all, away, drop, joined, newKey, plain, put, recall, remember, set, value } from "../queue.js";

/** @type {(...fields: import("../queue.js").Field[]) => import("../queue.js").Entry} */
const form = (...fields) => ({ url: "/app/cars/1", state: "waiting", fields });

/** @typedef {Required<Pick<import("../queue.js").Entry, "id">> & import("../queue.js").Entry} Kept */

const entries = async () => /** @type {Kept[]} */ (await all());
/** @type {(size: number, name?: string) => File} */
const photo = (size, name = "ripe.jpg") => new File(["x".repeat(size)], name, { type: "image/jpeg" });

beforeEach(async () => {
  for (const { id } of await entries()) await drop(id);
});

test("entries come back in the order in which they were made", async () => {
  for (const text of ["a", "b", "c"]) await put(form(["note", text]));
  const [first, second] = await entries();
  await drop(second.id);
  await put({ ...first, state: "refused" });
  const kept = (await all()).map((entry) => [value(entry, "note"), entry.state]);
  assert.deepEqual(kept, [
    ["a", "refused"],
    ["c", "waiting"],
  ]);
});

test("a photo is kept as the file that it is", async () => {
  await put(form(["file", photo(9)]));
  const [entry] = await all();
  const file = value(entry, "file");
  assert.ok(file instanceof Blob);
  assert.equal(file.size, 9);
});

test("what the worker knows is found again by its name", async () => {
  assert.equal(await recall("signed-out"), undefined);
  await remember("person", "kari");
  await remember("person", "ola");
  assert.equal(await recall("person"), "ola");
});

test("of several values of a name the last counts, and a new one replaces them all", () => {
  const entry = form(["a", "1"], ["b", "2"], ["a", "3"]);
  assert.equal(value(entry, "a"), "3");
  assert.equal(value(entry, "c"), undefined);
  set(entry, "a", "4");
  assert.deepEqual(entry.fields, [
    ["b", "2"],
    ["a", "4"],
  ]);
});

test("a key is one word, and no two are alike", () => {
  const keys = Array.from({ length: 100 }, newKey);
  assert.equal(new Set(keys).size, 100);
  for (const key of keys) assert.match(key, /^[0-9a-f]{32}$/);
});

test("what passes by is not what a person has typed", () => {
  assert.deepEqual(plain(form(["_csrf", "x"], ["_key", "k"], ["_at", "1"], ["_version", "2"], ["note", "n"])), [
    ["_version", "2"],
    ["note", "n"],
  ]);
});

test("a tap that comes twice waits once", () => {
  const waiting = [{ id: 1, ...form(["_key", "k"], ["_csrf", "old"], ["_at", "1"], ["kind", "technical"]) }];
  assert.equal(joined(form(["_key", "k"], ["_csrf", "new"], ["_at", "2"], ["kind", "technical"]), waiting), null);
});

test("other words under the same key are new, and get a key of their own", () => {
  const kept = joined(form(["_key", "k"], ["text", "two"]), [{ id: 1, ...form(["_key", "k"], ["text", "one"]) }]);
  assert.ok(kept);
  assert.equal(kept.id, undefined);
  assert.equal(value(kept, "text"), "two");
  assert.notEqual(value(kept, "_key"), "k");
});

test("a form that carries all of its part replaces what waits of that part only", () => {
  const waiting = [
    { id: 1, ...form(["_key", "a"], ["_group", "price"], ["_fields", "sale_price"], ["sale_price", "1"]) },
    { id: 2, ...form(["_key", "b"], ["_group", "basic"], ["_fields", "make"], ["make", "VW"]) },
  ];
  const again = form(["_key", "c"], ["_group", "price"], ["_fields", "sale_price"], ["sale_price", "2"]);
  assert.deepEqual(joined(again, waiting), { ...again, id: 1 });
});

test("two photos of one name and different size are two", () => {
  /** @param {number} size */
  const sent = (size) => form(["_key", "k"], ["file", photo(size)]);
  assert.equal(joined(sent(3), [{ id: 1, ...sent(3) }]), null);
  assert.notEqual(joined(sent(3), [{ id: 1, ...sent(4) }]), null);
});

test("what a proxy or a server that is away answers keeps the form, what it refuses does not", () => {
  assert.deepEqual([502, 503, 504].map(away), [true, true, true]);
  assert.deepEqual([200, 303, 409, 422, 429, 500].map(away), Array(6).fill(false));
});
