// The worker of the installed app: keeps my queue of cars and the pages that were opened, takes forms when there is no
// network, and sends them in order when it is back. It never decides what is right: the server judges each entry.
import { KEPT, TAKEN } from "./places.js";
import { all, away, drop, joined, plain, put, recall, remember, set } from "./queue.js";

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (globalThis));

/**
 * @typedef {import("./queue.js").Entry} Entry
 * @typedef {ExtendableEvent & { addRoutes?: (route: object) => Promise<void> }} Routed Where the browser routes for us.
 * @typedef {ServiceWorkerRegistration & { sync?: { register(tag: string): Promise<void> } }} Synced Where it wakes us.
 */

const PAGES = "pages-1";
const FILES = "files-1";
const PATIENCE = 8000;
const MOST_PAGES = 120;
const QUEUE_PAGE = "/app/offline";

worker.addEventListener("install", (event) => {
  // Where the browser can, what it has kept comes without waking the worker; what it has not comes from the network.
  const kept = { condition: { urlPattern: { pathname: "/static/*" } }, source: { cacheName: FILES } };
  /** @type {Routed} */ (event).addRoutes?.(kept).catch(() => null);
  event.waitUntil(worker.skipWaiting());
});
// A page is asked for while the worker still wakes up.
worker.addEventListener("activate", (event) =>
  event.waitUntil(Promise.all([worker.clients.claim(), worker.registration.navigationPreload?.enable()])),
);

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (address.origin !== location.origin) return;
  if (request.method === "POST") {
    if (address.pathname === "/sign-out") event.waitUntil(caches.delete(PAGES));
    if (TAKEN.test(address.pathname)) event.respondWith(take(event, address));
    return;
  }
  if (request.method !== "GET") return;
  if (address.pathname.startsWith("/static/")) return event.respondWith(file(request));
  if (request.mode === "navigate" || (KEPT.test(address.pathname) && request.headers.has("hx-request")))
    event.respondWith(page(event, address));
});

worker.addEventListener("sync", (event) => /** @type {ExtendableEvent} */ (event).waitUntil(flush()));

worker.addEventListener("message", (event) => {
  const { kind, addresses, person } = event.data ?? {};
  if (kind === "hello") event.waitUntil(greet(person, addresses));
  if (kind === "keep") event.waitUntil(keep(addresses));
  if (kind === "flush") event.waitUntil(flush());
});

/** @param {Request} request */
async function file(request) {
  const known = await caches.match(request);
  if (known) return known;
  const answer = await fetch(request);
  if (answer.ok) await (await caches.open(FILES)).put(request, answer.clone());
  return answer;
}

/**
 * A page from the network, as it was last seen without one, or the page of the queue.
 * @param {FetchEvent} event
 * @param {URL} address
 */
async function page(event, address) {
  try {
    const answer = (await event.preloadResponse) ?? (await fetch(event.request));
    tell({ kind: "network", up: true });
    if (answer.ok && !answer.redirected && KEPT.test(address.pathname))
      event.waitUntil(store(event.request, answer.clone()));
    return answer;
  } catch {
    tell({ kind: "network", up: false });
    const options = { ignoreSearch: event.request.mode === "navigate", cacheName: PAGES };
    const known = await caches.match(event.request.url, { ...options, ignoreVary: event.request.mode === "navigate" });
    return known ?? (await caches.match(QUEUE_PAGE, { ignoreVary: true })) ?? Response.error();
  }
}

/**
 * @param {Request} request
 * @param {Response} answer
 */
async function store(request, answer) {
  const pages = await caches.open(PAGES);
  const keys = await pages.keys();
  for (const old of keys.slice(0, Math.max(0, keys.length - MOST_PAGES))) await pages.delete(old);
  await pages.delete(request);
  await pages.put(request, answer);
}

/**
 * Keeps pages for later; never while another person's pages are being taken away.
 * @param {string[]} addresses
 */
async function keep(addresses) {
  await navigator.locks.request("person", { mode: "shared" }, () => null);
  for (const address of addresses.slice(0, MOST_PAGES / 2)) {
    try {
      const answer = await fetch(address, { credentials: "same-origin" });
      if (answer.ok && !answer.redirected) await store(new Request(address), answer);
    } catch {
      return;
    }
  }
}

/**
 * A page was opened: what belongs to another person goes, what this page needs stays.
 * @param {string} person
 * @param {string[]} addresses
 */
async function greet(person, addresses) {
  await navigator.locks.request("person", async () => {
    if ((await recall("person")) === person) return;
    await caches.delete(PAGES);
    await remember("person", person);
  });
  const files = await caches.open(FILES);
  const wanted = addresses.filter((a) => new URL(a).pathname.startsWith("/static/"));
  await Promise.all(wanted.map(async (a) => (await files.match(a)) ?? files.add(a).catch(() => null)));
  await keep([QUEUE_PAGE]);
  await flush();
}

/**
 * A form: on to the server, or into the queue where it cannot be reached or others wait before it.
 * @param {FetchEvent} event
 * @param {URL} address
 */
async function take(event, address) {
  const { request } = event;
  const copy = request.clone();
  const waiting = (await all()).some((e) => e.state === "waiting");
  if (!waiting) {
    try {
      const answer = await fetch(request);
      tell({ kind: "network", up: !away(answer.status) });
      if (!away(answer.status)) return answer;
    } catch {
      tell({ kind: "network", up: false });
    }
  }
  await enqueue(copy, address);
  /** @type {Synced} */
  const registered = worker.registration;
  if (waiting) event.waitUntil(flush());
  else registered.sync?.register("queue").catch(() => null);
  if (request.mode !== "navigate") return new Response(null, { status: 204 });
  return Response.redirect(request.referrer || "/app/floor", 303);
}

/**
 * @param {Request} request
 * @param {URL} address
 */
async function enqueue(request, address) {
  const at = Date.now();
  /** @type {Entry} */
  const entry = {
    person: await recall("person"),
    url: address.pathname,
    part: request.headers.has("hx-request"),
    fields: [...(await request.formData())].filter(([, v]) => typeof v === "string" || v.size),
    at,
    state: "waiting",
  };
  set(entry, "_at", String(at));
  const before = (await all()).filter((e) => e.url === entry.url && e.state === "waiting");
  const kept = joined(entry, before);
  if (!kept) return;
  await put(kept);
  tell({ kind: "queue" });
}

const flush = () => navigator.locks.request("queue", send);

async function send() {
  const waiting = (await all()).filter((e) => e.state === "waiting");
  if (!waiting.length) return;
  const me = await whoAmI();
  if (!me) return;
  for (const entry of waiting) {
    if (entry.person && entry.person !== me.person) continue;
    set(entry, "_csrf", me.csrf);
    const going = await sendOne(entry);
    tell({ kind: "queue" });
    if (!going) return;
  }
  tell({ kind: "sent" });
}

async function whoAmI() {
  try {
    const answer = await fetch("/app/offline/me", { redirect: "manual", signal: AbortSignal.timeout(PATIENCE) });
    tell({ kind: "network", up: true });
    await remember("signed-out", !answer.ok);
    return answer.ok ? await answer.json() : null;
  } catch {
    tell({ kind: "network", up: false });
    return null;
  }
}

/**
 * Sends an entry; answers whether the next may go. A refusal is kept with the server's own words.
 * @param {Entry} entry
 */
async function sendOne(entry) {
  const body = new FormData();
  for (const [name, text] of entry.fields) body.append(name, text);
  let answer;
  try {
    const headers = new Headers(entry.part ? { "hx-request": "true" } : {});
    answer = await fetch(entry.url, { method: "POST", body, headers });
  } catch {
    return false;
  }
  if (new URL(answer.url).pathname === "/sign-in" || answer.headers.get("hx-redirect")?.startsWith("/sign-in"))
    return false;
  if (answer.status >= 500 || answer.status === 429) return false;
  const text = await answer.text();
  if (answer.ok) await drop(/** @type {number} */ (entry.id));
  else await put({ ...entry, state: "refused", status: answer.status, answer: text });
  if (entry.url.endsWith("/answers")) {
    const values = Object.fromEntries(plain(entry));
    await tell({ kind: "answered", url: entry.url, values, ok: answer.ok, answer: text });
  }
  return true;
}

/** @param {Record<string, unknown>} message */
async function tell(message) {
  for (const client of await worker.clients.matchAll({ includeUncontrolled: true })) client.postMessage(message);
}
