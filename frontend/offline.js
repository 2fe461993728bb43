// On every page of a signed-in person: the worker, the quiet bar of what is queued, and the page that shows the queue.
import { all, drop, newKey, put, recall, set, value } from "./queue.js";

const root = document.documentElement;
const bar = document.querySelector("[data-queue]");
const RETRY = 15000;

if ("serviceWorker" in navigator && bar) begin();

async function begin() {
  navigator.serviceWorker.addEventListener("message", ({ data }) => heard(data));
  await navigator.serviceWorker.register("/sw.js", { scope: "/" });
  const { active } = await navigator.serviceWorker.ready;
  const files = performance.getEntriesByType("resource").map((entry) => entry.name);
  const sprite = document.querySelector("svg use")?.getAttribute("href")?.split("#")[0];
  if (sprite) files.push(new URL(sprite, location).href);
  active.postMessage({
    kind: "hello",
    person: document.querySelector('meta[name="person"]')?.content,
    addresses: files,
  });
  const kept = [...document.querySelectorAll("a[data-keep]")].map((a) => a.href);
  if (kept.length)
    active.postMessage({ kind: "keep", addresses: [...new Set([location.origin + location.pathname, ...kept])] });
  addEventListener("online", flush);
  setInterval(async () => (await all()).some((e) => e.state === "waiting") && flush(), RETRY);
  await show();
}

async function flush() {
  (await navigator.serviceWorker.ready).active.postMessage({ kind: "flush" });
}

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
  const told = [];
  if (waiting) told.push(waiting === 1 ? bar.dataset.one : bar.dataset.many.replace("{count}", waiting));
  if (refused) told.push(bar.dataset.refused.replace("{count}", refused));
  bar.textContent = told.join(" · ");
  bar.hidden = !entries.length;
  root.classList.toggle("has-queue", entries.length > 0);
  mark(entries);
  const list = document.querySelector("[data-entries]");
  if (list) await showAll(list, entries);
}

/** A tap that waits says so where it was made, and what follows it may be tapped. */
function mark(entries) {
  const waiting = new Set(entries.filter((e) => e.state === "waiting").map((e) => e.url));
  for (const form of document.querySelectorAll("form[data-tap]")) {
    const here = form.getAttribute("action");
    if (form.dataset.after) form.hidden = !waiting.has(form.dataset.after);
    if (!waiting.has(here) || !form.classList.contains("tap-form")) continue;
    const button = form.querySelector("button");
    if (button.disabled) continue;
    button.disabled = true;
    button.append(` · ${bar.dataset.queued}`);
  }
}

// -- the page of the queue ----------------------------------------------------------------------------------

async function showAll(list, entries) {
  const out = await recall("signed-out");
  const person = await recall("person");
  document.querySelector("[data-no-entries]").hidden = entries.length > 0;
  document.querySelector("[data-not-kept]").hidden = location.pathname === "/app/offline";
  const button = document.querySelector("[data-flush]");
  button.hidden = !entries.some((e) => e.state === "waiting");
  button.onclick = flush;
  list.replaceChildren(...(await Promise.all(entries.map((entry) => card(list.dataset, entry, { out, person })))));
}

async function card(words, entry, { out, person }) {
  const made = element("article", "queue-entry");
  const about = await ask(entry);
  made.append(element("h2", "", about?.title ?? entry.url));
  made.append(element("p", "quiet", new Date(entry.at).toLocaleString(root.lang === "en" ? "en-GB" : "nb-NO")));
  const other = entry.person && person && entry.person !== person;
  if (entry.state === "waiting")
    made.append(element("p", "is-queued", other ? words.wOtherPerson : out ? words.wSignedOut : words.wWaits));
  else made.append(...reasons(words, entry));
  if (entry.state === "refused") made.classList.add("is-refused");
  made.append(both(words, entry, about));
  made.append(ends(words, entry, about));
  return made;
}

/** The record as it is stored now, null without network or right. */
async function ask(entry) {
  const asked = new URLSearchParams({ place: entry.url, kind: value(entry, "kind") ?? "" });
  for (const [name] of typed(entry)) asked.append("name", name);
  try {
    const answer = await fetch(`/app/offline/stored?${asked}`, { redirect: "manual" });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

function typed(entry) {
  return entry.fields.filter(([name]) => !name.startsWith("_") && name !== "kind" && !name.endsWith(".search"));
}

function reasons(words, entry) {
  const page = new DOMParser().parseFromString(entry.answer ?? "", "text/html");
  const said = [
    ...page.querySelectorAll(".summary li, .field-error, .state p:not(.quiet):not(:has(a)), .banner-stale"),
  ];
  const told = [...new Set(said.map((e) => e.textContent.trim()).filter(Boolean))];
  return [element("p", "is-queued", words.wRefused), ...told.map((text) => element("p", "", text))];
}

/** What was typed beside what is stored, field by field. */
function both(words, entry, about) {
  const table = element("table", "queue-both");
  const head = table.createTHead().insertRow();
  for (const word of [words.wField, words.wYouTyped, words.wStored]) head.append(element("th", "", word));
  const body = table.createTBody();
  const base = JSON.parse(value(entry, "_base") ?? "{}");
  const known = new Map((about?.fields ?? []).map((f) => [f.name, f]));
  const told = typed(entry).filter(([name, text]) => (typeof text === "string" ? text !== (base[name] ?? "") : true));
  const tapped = [...known.keys()].filter((name) => !told.some(([n]) => n === name));
  for (const [name, text] of told) {
    const said = typeof text === "string" ? text : `${words.wPhoto}: ${text.name}`;
    row(body, known.get(name)?.label ?? "", said, known.get(name)?.stored ?? "");
  }
  if (!told.length)
    for (const name of tapped)
      row(body, known.get(name).label, moment(entry.at), known.get(name).stored || words.wEmpty);
  return body.rows.length ? table : element("span", "");
}

function moment(at) {
  return new Date(at).toLocaleString(root.lang === "en" ? "en-GB" : "nb-NO", {
    dateStyle: "short",
    timeStyle: "short",
  });
}

function row(body, ...cells) {
  const made = body.insertRow();
  for (const text of cells) made.append(element("td", "", text));
}

function ends(words, entry, about) {
  const made = element("div", "queue-ends");
  if (entry.state === "refused") {
    if (about) made.append(button(words.wUseMine, "btn", () => again(entry, about)));
    made.append(button(words.wKeepStored, "btn", () => drop(entry.id).then(show)));
  }
  const record = entry.url.match(/^\/app\/(floor|[a-z_]+)\/([0-9a-f-]{36})/);
  const link = element("a", "btn", words.wOpenCar);
  link.href = `/app/${record[1] === "floor" ? "cars" : record[1]}/${record[2]}`;
  made.append(link);
  return made;
}

/** Sends it once more on top of what is stored now: the person has seen both. */
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

function element(name, classes, text = "") {
  const made = document.createElement(name);
  if (classes) made.className = classes;
  made.textContent = text;
  return made;
}

function button(text, classes, deed) {
  const made = element("button", classes, text);
  made.type = "button";
  made.addEventListener("click", deed);
  return made;
}
