// On every page of a signed-in person: the worker, the quiet bar of what is queued, and the page that shows the queue.
import { counted } from "./plural.js";
import { all, drop, newKey, put, recall, set, value } from "./queue.js";

/**
 * @typedef {import("./queue.js").Entry} Entry
 * @typedef {DOMStringMap & Record<string, string>} Words What the page brings for its script to say.
 * @typedef {{ title: string, version: number, fields: { name: string, label: string, stored: string }[] }} Stored
 */

const root = document.documentElement;
const bar = /** @type {HTMLElement} */ (document.querySelector("[data-queue]"));
const barWords = /** @type {Words} */ (bar?.dataset);
const RETRY = 15000;

if ("serviceWorker" in navigator && bar) begin();

async function begin() {
  navigator.serviceWorker.addEventListener("message", ({ data }) => heard(data));
  // One that an earlier page brought goes on where this one cannot be fetched.
  const known = await navigator.serviceWorker.register("/sw.js", { scope: "/" }).catch(() => null);
  if (!known && !navigator.serviceWorker.controller) return;
  const active = await worker();
  const files = performance.getEntriesByType("resource").map((entry) => entry.name);
  const sprite = document.querySelector("svg use")?.getAttribute("href")?.split("#")[0];
  if (sprite) files.push(new URL(sprite, location.href).href);
  /** @type {HTMLMetaElement | null} */
  const meta = document.querySelector('meta[name="person"]');
  active.postMessage({
    kind: "hello",
    person: meta?.content,
    addresses: files,
  });
  /** @type {NodeListOf<HTMLAnchorElement>} */
  const links = document.querySelectorAll("a[data-keep]");
  const kept = [...links].map((a) => a.href);
  if (kept.length)
    active.postMessage({ kind: "keep", addresses: [...new Set([location.origin + location.pathname, ...kept])] });
  addEventListener("online", flush);
  setInterval(async () => (await all()).some((e) => e.state === "waiting") && flush(), RETRY);
  await show();
}

/** The worker that is at work; where the page is served by one, there is one. */
async function worker() {
  return /** @type {ServiceWorker} */ ((await navigator.serviceWorker.ready).active);
}

async function flush() {
  (await worker()).postMessage({ kind: "flush" });
}

/** @param {{ kind: string, up?: boolean }} message */
function heard({ kind, up }) {
  if (kind === "network") root.classList.toggle("is-offline", !up || !navigator.onLine);
  if (kind === "queue") show();
  // What was sent has changed the queue of cars; nothing is being typed on that page while no sheet is open.
  if (kind === "sent" && document.querySelector("[data-floor]") && !document.querySelector("details.sheet[open]"))
    location.reload();
}

async function show() {
  const entries = await all();
  const waiting = entries.filter((e) => e.state === "waiting").length;
  const refused = entries.length - waiting;
  const said = [];
  if (waiting) said.push(counted(barWords.forms, waiting));
  if (refused) said.push(barWords.refused.replace("{count}", String(refused)));
  bar.textContent = said.join(" · ");
  bar.hidden = !entries.length;
  root.classList.toggle("has-queue", entries.length > 0);
  mark(entries);
  const list = document.querySelector("[data-entries]");
  if (list) await showAll(list, entries);
}

/**
 * A tap that waits says so where it was made, and what follows it may be tapped.
 * @param {Entry[]} entries
 */
function mark(entries) {
  const waiting = new Set(entries.filter((e) => e.state === "waiting").map((e) => e.url));
  for (const form of document.querySelectorAll("form[data-tap]")) {
    const here = form.getAttribute("action") ?? "";
    if (form.dataset.after) form.hidden = !waiting.has(form.dataset.after);
    if (!waiting.has(here) || !form.matches(".tap-form, .fact-form")) continue;
    const button = form.querySelector("button");
    if (!button || button.disabled) continue;
    button.disabled = true;
    button.append(` · ${barWords.queued}`);
  }
}

// -- the page of the queue ----------------------------------------------------------------------------------

/**
 * @param {HTMLElement} list
 * @param {Entry[]} entries
 */
async function showAll(list, entries) {
  const out = await recall("signed-out");
  const person = await recall("person");
  const part = /** @type {(selector: string) => HTMLElement} */ ((selector) => document.querySelector(selector));
  part("[data-no-entries]").hidden = entries.length > 0;
  part("[data-not-kept]").hidden = location.pathname === "/app/offline";
  const button = part("[data-flush]");
  button.hidden = !entries.some((e) => e.state === "waiting");
  button.onclick = flush;
  const words = /** @type {Words} */ (list.dataset);
  list.replaceChildren(...(await Promise.all(entries.map((entry) => card(words, entry, { out, person })))));
}

/**
 * @param {Words} words
 * @param {Entry} entry
 * @param {{ out?: boolean, person?: string }} known
 */
async function card(words, entry, { out, person }) {
  const made = element("article", "queue-entry");
  const about = await ask(entry);
  made.append(element("h2", "", about?.title ?? entry.url));
  made.append(element("p", "quiet", new Date(entry.at ?? 0).toLocaleString(root.lang === "en" ? "en-GB" : "nb-NO")));
  const other = entry.person && person && entry.person !== person;
  if (entry.state === "waiting")
    made.append(element("p", "is-queued", other ? words.wOtherPerson : out ? words.wSignedOut : words.wWaits));
  else made.append(...reasons(words, entry));
  if (entry.state === "refused") made.classList.add("is-refused");
  made.append(both(words, entry, about));
  made.append(ends(words, entry, about));
  return made;
}

/**
 * The record as it is stored now, null without network or right.
 * @param {Entry} entry
 * @returns {Promise<Stored | null>}
 */
async function ask(entry) {
  const asked = new URLSearchParams({ place: entry.url, kind: String(value(entry, "kind") ?? "") });
  for (const [name] of typed(entry)) asked.append("name", name);
  try {
    const answer = await fetch(`/app/offline/stored?${asked}`, { redirect: "manual" });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

/** @param {Entry} entry */
function typed(entry) {
  return entry.fields.filter(([name]) => !name.startsWith("_") && name !== "kind" && !name.endsWith(".search"));
}

/**
 * @param {Words} words
 * @param {Entry} entry
 */
function reasons(words, entry) {
  const page = new DOMParser().parseFromString(entry.answer ?? "", "text/html");
  const said = [
    ...page.querySelectorAll(".summary li, .field-error, .state p:not(.quiet):not(:has(a)), .banner-stale"),
  ];
  const told = [...new Set(said.map((e) => e.textContent.trim()).filter(Boolean))];
  return [element("p", "is-queued", words.wRefused), ...told.map((text) => element("p", "", text))];
}

/**
 * What was typed beside what is stored, field by field.
 * @param {Words} words
 * @param {Entry} entry
 * @param {Stored | null} about
 */
function both(words, entry, about) {
  const table = element("table", "queue-both");
  const head = table.createTHead().insertRow();
  for (const word of [words.wField, words.wYouTyped, words.wStored]) head.append(element("th", "", word));
  const body = table.createTBody();
  /** @type {Record<string, string>} */
  const base = JSON.parse(String(value(entry, "_base") ?? "{}"));
  const known = new Map((about?.fields ?? []).map((f) => [f.name, f]));
  const told = typed(entry).filter(([name, text]) => (typeof text === "string" ? text !== (base[name] ?? "") : true));
  const tapped = [...known].filter(([name]) => !told.some(([n]) => n === name));
  for (const [name, text] of told) {
    const said = typeof text === "string" ? text : `${words.wPhoto}: ${text.name}`;
    row(body, known.get(name)?.label ?? "", said, known.get(name)?.stored ?? "");
  }
  if (!told.length)
    for (const [, { label, stored }] of tapped) row(body, label, moment(entry.at ?? 0), stored || words.wEmpty);
  return body.rows.length ? table : element("span", "");
}

/** @param {number} at */
function moment(at) {
  return new Date(at).toLocaleString(root.lang === "en" ? "en-GB" : "nb-NO", {
    dateStyle: "short",
    timeStyle: "short",
  });
}

/**
 * @param {HTMLTableSectionElement} body
 * @param {...string} cells
 */
function row(body, ...cells) {
  const made = body.insertRow();
  for (const text of cells) made.append(element("td", "", text));
}

/**
 * @param {Words} words
 * @param {Entry} entry
 * @param {Stored | null} about
 */
function ends(words, entry, about) {
  const made = element("div", "queue-ends");
  if (entry.state === "refused") {
    if (about) made.append(button(words.wUseMine, "btn", () => again(entry, about)));
    made.append(button(words.wKeepStored, "btn", () => drop(/** @type {number} */ (entry.id)).then(show)));
  }
  const record = entry.url.match(/^\/app\/(floor|[a-z_]+)\/([0-9a-f-]{36})/);
  const link = element("a", "btn", words.wOpenCar);
  if (record) link.href = `/app/${record[1] === "floor" ? "cars" : record[1]}/${record[2]}`;
  made.append(link);
  return made;
}

/**
 * Sends it once more on top of what is stored now: the person has seen both.
 * @param {Entry} entry
 * @param {Stored} about
 */
async function again(entry, about) {
  const { status, answer, ...rest } = entry;
  set(rest, "_key", newKey());
  // An answer without what it was made from goes over what stands there.
  if (rest.url.endsWith("/answers")) rest.fields = rest.fields.filter(([name]) => name !== "_base");
  if (value(rest, "_version") !== undefined && about.version) set(rest, "_version", String(about.version));
  await put({ ...rest, state: "waiting" });
  await show();
  await flush();
}

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} name
 * @param {string} classes
 * @param {string} text
 */
function element(name, classes, text = "") {
  const made = document.createElement(name);
  if (classes) made.className = classes;
  made.textContent = text;
  return made;
}

/**
 * @param {string} text
 * @param {string} classes
 * @param {() => void} deed
 */
function button(text, classes, deed) {
  const made = element("button", classes, text);
  made.type = "button";
  made.addEventListener("click", deed);
  return made;
}
