// The page of the queue: what waits or was refused, beside what is stored. What the worker is told is noted here; how it
// sends is tested in a browser.
import "fake-indexeddb/auto";
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { all, drop, put, remember, value } from "../queue.js";
import { draw, element, part } from "./page.js";

const CAR = "01890000-0000-7000-8000-000000000001";
const PAGE = `
  <a data-queue data-forms='{"one":"1 skjema venter","other":"{count} skjemaer venter"}' data-refused="{count} avvist"
    data-queued="venter" hidden></a>
  <form class="tap-form" data-tap="start" action="/app/floor/${CAR}/start"><button>Start</button></form>
  <form class="tap-form" data-tap="done" data-after="/app/floor/${CAR}/start" action="/app/floor/${CAR}/done" hidden>
    <button>Ferdig</button></form>
  <div data-entries data-w-waits="Venter" data-w-refused="Avvist" data-w-signed-out="Logg inn" data-w-other-person="En annens"
    data-w-you-typed="Du skrev" data-w-stored="Lagret" data-w-field="Felt" data-w-use-mine="Bruk min"
    data-w-keep-stored="Behold" data-w-open-car="Åpne" data-w-photo="Bilde" data-w-empty="tomt"></div>
  <p data-no-entries></p><p data-not-kept></p><button data-flush></button>`;
const STORED = {
  title: "EL 12345 Audi A3",
  version: 7,
  fields: [{ name: "note", label: "Merknad", stored: "Vasket" }],
};

/** @type {import("../queue.js").Entry} */
const TYPED = {
  url: `/app/cars/${CAR}`,
  person: "kari",
  at: 0,
  state: "refused",
  answer: '<p class="field-error">For lang.</p><p class="field-error">For lang.</p>',
  fields: [
    ["_csrf", "x"],
    ["_key", "k"],
    ["_version", "3"],
    ["_base", '{"note":"Vasket","spot":"A1"}'],
    ["note", "Polert"],
    ["spot", "A1"],
  ],
};

/** @type {{ kind: string }[]} */
const asked = [];
const worker = Object.assign(new EventTarget(), {
  register: async () => ({}),
  ready: Promise.resolve({ active: { postMessage: (/** @type {{ kind: string }} */ said) => asked.push(said) } }),
});
draw(PAGE);
document.documentElement.lang = "nb";
Object.defineProperty(globalThis, "navigator", { value: { serviceWorker: worker, onLine: true }, configurable: true });
globalThis.fetch = async () => Response.json(STORED);
globalThis.setInterval = /** @type {typeof setInterval} */ (/** @type {unknown} */ (() => 0));
/** @type {(() => void) | undefined} */
let drawn;
const list = part("[data-entries]");
const replace = list.replaceChildren.bind(list);
list.replaceChildren = (...nodes) => {
  replace(...nodes);
  drawn?.();
};

/**
 * What is done, and the drawing of the queue that follows.
 * @param {() => unknown} [deed] By default the worker says that the queue has changed.
 */
async function changed(deed = () => worker.dispatchEvent(new MessageEvent("message", { data: { kind: "queue" } }))) {
  const whole = new Promise((done) => {
    drawn = () => setTimeout(done);
  });
  deed();
  await whole;
}

await changed(() => import("../offline.js"));

/** @type {(selector: string) => string[]} */
const texts = (selector) => [...document.querySelectorAll(selector)].map((one) => one.textContent);

/** @type {(word: string) => HTMLElement} */
const button = (word) => element([...document.querySelectorAll("button")].find((one) => one.textContent === word));

beforeEach(async () => {
  for (const { id } of await all()) if (id) await drop(id);
  await remember("person", "kari");
  await remember("signed-out", false);
  asked.length = 0;
  for (const one of document.querySelectorAll("button")) one.disabled = false;
});

test("the bar counts what waits and what was refused, and is not there without either", async () => {
  await put({ ...TYPED, state: "waiting" });
  await put({ ...TYPED, state: "waiting" });
  await put(TYPED);
  await changed();
  assert.equal(part("[data-queue]").textContent, "2 skjemaer venter · 1 avvist");
  for (const { id } of await all()) if (id) await drop(id);
  await changed();
  assert.equal(part("[data-queue]").hidden, true);
  assert.equal(part("[data-no-entries]").hidden, false);
});

test("a tap that waits says so where it was made, and the tap after it may be made", async () => {
  await put({ ...TYPED, url: `/app/floor/${CAR}/start`, state: "waiting" });
  await changed();
  assert.equal(part("[data-tap=start] button").textContent, "Start · venter");
  assert.equal(part("[data-tap=done]").hidden, false);
});

test("what was typed and differs from what it was typed over stands beside what is stored now", async () => {
  await put(TYPED);
  await changed();
  assert.deepEqual(texts(".queue-entry h2"), ["EL 12345 Audi A3"]);
  assert.deepEqual(texts(".queue-both td"), ["Merknad", "Polert", "Vasket"]);
});

test("what was refused says why, once", async () => {
  await put(TYPED);
  await changed();
  assert.deepEqual(texts(".is-refused > p:not(.quiet)"), ["Avvist", "For lang."]);
});

test("what waits says for whom", async () => {
  await put({ ...TYPED, state: "waiting" });
  await put({ ...TYPED, state: "waiting", person: "ola" });
  await changed();
  assert.deepEqual(texts(".is-queued"), ["Venter", "En annens"]);
  await remember("signed-out", true);
  await changed();
  assert.deepEqual(texts(".is-queued"), ["Logg inn", "En annens"]);
});

test("mine goes once more, over what is stored now and under a new key", async () => {
  await put(TYPED);
  await changed();
  await changed(() => button("Bruk min").click());
  const [entry] = await all();
  assert.deepEqual([entry.state, entry.status, entry.answer], ["waiting", undefined, undefined]);
  assert.equal(value(entry, "_version"), "7");
  assert.notEqual(value(entry, "_key"), "k");
  assert.deepEqual(asked, [{ kind: "flush" }]);
});

test("who keeps what is stored forgets the entry", async () => {
  await put(TYPED);
  await changed();
  await changed(() => button("Behold").click());
  assert.deepEqual(await all(), []);
});
