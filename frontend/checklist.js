// A checklist under a gloved hand: every tap is sent for itself, in the order of the taps, and nothing is replaced. What
// is tapped while an answer is on its way goes together with the next. A refusal is told at its line.

import { tint } from "./live-parts.js";
import { keepUpHead } from "./live-record.js";
import { all, newKey, put, recall, value } from "./queue.js";

const CALM = 1500;
const RETRY = 4000;

export function answerChecklists(page) {
  const form = page.querySelector("form[data-checklist]");
  if (form) answerOne(page, form);
}

function answerOne(page, form) {
  const base = JSON.parse(form.elements._base.value);
  const here = new URL(form.action).pathname;
  const sending = new Map();
  const alone = [];
  let busy = false,
    touched = 0,
    hand = null,
    fresh = null;

  const lines = () => [...form.querySelectorAll("[data-line]")];
  const codeOf = (name) => name.slice(name.indexOf(".") + 1);
  const lineOf = (name) => lines().find((line) => line.dataset.line === codeOf(name));
  const now = (name) => (form.elements[name]?.value ?? "").trim();
  const isNew = (name) => now(name) !== base[name];
  const changed = () => Object.keys(base).filter((name) => isNew(name) && !("refused" in lineOf(name).dataset));

  /** Whatever is told, the line that was tapped last stays under the finger. */
  function steadily(deed) {
    const before = hand?.getBoundingClientRect().top;
    deed();
    const moved = hand ? hand.getBoundingClientRect().top - before : 0;
    if (moved) scrollBy({ top: moved, behavior: "instant" });
  }

  function say(line, text, kind = "") {
    steadily(() => {
      line.querySelector("[data-said]").textContent = text;
      line.classList.toggle("is-queued", kind === "queued");
      line.classList.toggle("is-refused", kind === "refused");
      if (kind === "refused") line.dataset.refused = "";
      else delete line.dataset.refused;
    });
  }

  function count() {
    const open = lines().filter((line) => !now(`answer.${line.dataset.line}`)).length;
    form.querySelector("[data-points-left]").textContent = open ? form.dataset.left.replace("{count}", open) : "";
  }

  // -- on the way there ---------------------------------------------------------------------------------------

  async function send() {
    if (busy) return;
    const batch = alone.length ? alone.shift().filter(isNew) : changed();
    if (!batch.length) return alone.length ? send() : settle();
    busy = true;
    for (const name of batch) sending.set(name, now(name));
    const again = await post(batch);
    sending.clear();
    busy = false;
    if (again) setTimeout(send, RETRY);
    else await send();
  }

  function fieldsOf(batch) {
    const known = JSON.stringify(Object.fromEntries(batch.map((name) => [name, base[name]])));
    const plain = [
      ["_csrf", form.elements._csrf.value],
      ["_key", newKey()],
      ["_base", known],
    ];
    return [...plain, ...batch.map((name) => [name, sending.get(name)])];
  }

  /** Sends a few answers; says whether they must be sent again later. */
  async function post(batch) {
    const body = new FormData();
    for (const [name, text] of fieldsOf(batch)) body.set(name, text);
    let answer, text;
    try {
      answer = await fetch(form.action, { method: "POST", body, headers: { "HX-Request": "true" }, keepalive: true });
      if (answer.status >= 500 || answer.status === 429) throw new Error(answer.statusText);
      text = await answer.text();
    } catch {
      for (const name of batch) say(lineOf(name), form.dataset.waits, "queued");
      return true;
    }
    if (answer.headers.has("hx-redirect")) await signIn(answer.headers.get("hx-redirect"));
    else if (answer.status === 204) for (const name of batch) kept(name, form.dataset.waits, "queued");
    else if (answer.ok) {
      for (const name of batch) kept(name);
      read(text);
    } else refused(batch, text);
    return false;
  }

  function kept(name, said = "", kind = "") {
    base[name] = sending.get(name);
    say(lineOf(name), said, kind);
    showNote(lineOf(name));
  }

  /** The sign-in has run out: what is answered waits on this device for whoever answered it. */
  async function signIn(address) {
    const batch = changed();
    for (const name of batch) sending.set(name, now(name));
    const at = Date.now();
    await put({ person: await recall("person"), url: here, part: true, fields: fieldsOf(batch), at, state: "waiting" });
    location.assign(address);
  }

  /** One refused answer holds up none of the others: they go line by line, and it is told where it stands. */
  function refused(batch, text) {
    const codes = [...new Set(batch.map(codeOf))];
    if (codes.length > 1) return void alone.push(...codes.map((code) => batch.filter((name) => codeOf(name) === code)));
    // What was tapped or typed in the line since goes first.
    const since = Object.keys(base).filter((name) => codeOf(name) === codes[0] && isNew(name));
    if (since.some((name) => now(name) !== sending.get(name))) return;
    const told = new DOMParser().parseFromString(text, "text/html");
    const said = [...told.querySelectorAll(".summary li, .state p:not(.quiet)")].map((e) => e.textContent.trim());
    say(lineOf(batch[0]), said.join(" ") || form.dataset.notKept, "refused");
    read(text);
  }

  // -- what is stored -----------------------------------------------------------------------------------------

  /** Line by line: others' answers come in, what is on its way or typed here stays. */
  function read(text) {
    const told = typeof text === "string" ? new DOMParser().parseFromString(text, "text/html") : text;
    for (const line of told.querySelectorAll("[data-line]")) {
      const [answer, note] = storedIn(line);
      take(`answer.${line.dataset.line}`, answer);
      take(`note.${line.dataset.line}`, note);
    }
    count();
    fresh = told.querySelector("#head") ?? fresh;
  }

  function take(name, stored) {
    const line = lineOf(name);
    if (!line || !(name in base)) return;
    const clash = "refused" in line.dataset && stored !== base[name];
    const mine = isNew(name);
    if (mine && !clash) return;
    base[name] = stored;
    // Of two answers the stored one is shown; of two notes one's own stays to be saved or given up.
    if (now(name) !== stored && !(mine && name.startsWith("note."))) {
      show(name, stored);
      tint(line);
    }
    showNote(line);
  }

  function show(name, text) {
    if (name.startsWith("note.")) form.elements[name].value = text;
    else for (const one of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) one.checked = one.value === text;
  }

  function showNote(line) {
    const has = Boolean(base[`note.${line.dataset.line}`]);
    steadily(() => line.querySelector(".checklist-note").classList.toggle("is-kept", has));
  }

  /** The head says what can be done next: it changes when no finger is at work. */
  function settle() {
    if (!fresh) return;
    const calm = touched + CALM - Date.now();
    if (calm > 0) return void setTimeout(() => !busy && settle(), calm);
    hand ??= form;
    steadily(() => keepUpHead(page.querySelector("#head"), fresh));
    fresh = null;
  }

  // -- hands --------------------------------------------------------------------------------------------------

  form.addEventListener("pointerdown", ({ target }) => {
    touched = Date.now();
    hand = target.closest("[data-line]") ?? hand;
  });
  form.addEventListener("change", ({ target }) => {
    if (!(target.name in base)) return;
    touched = Date.now();
    say(lineOf(target.name), "");
    count();
    send();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    for (const name of Object.keys(base).filter(isNew)) say(lineOf(name), "");
    send();
  });
  // Who leaves the page with answers in hand leaves them to the browser.
  addEventListener("pagehide", () => {
    const batch = changed().filter((name) => sending.get(name) !== now(name));
    for (const name of batch) sending.set(name, now(name));
    if (batch.length) post(batch);
  });
  form.addEventListener("checklist:live", ({ detail }) => {
    read(detail);
    if (!busy) settle();
  });
  navigator.serviceWorker?.addEventListener("message", ({ data }) => {
    if (data.kind !== "answered" || data.url !== here) return;
    const names = Object.keys(data.values).filter((name) => name in base);
    if (data.ok) for (const name of names) say(lineOf(name), "");
    else {
      for (const name of names) sending.set(name, data.values[name]);
      refused(names, data.answer);
      sending.clear();
    }
  });
  showQueued();

  /** What waits on this device is shown although the page was kept before it was tapped. */
  async function showQueued() {
    if (!navigator.serviceWorker) return;
    for (const entry of await all()) {
      if (entry.url !== here || entry.state !== "waiting") continue;
      for (const [name] of entry.fields.filter(([n]) => n in base)) {
        base[name] = value(entry, name);
        show(name, base[name]);
        say(lineOf(name), form.dataset.waits, "queued");
        showNote(lineOf(name));
      }
    }
    count();
  }
}

function storedIn(line) {
  if ("result" in line.dataset) return [line.dataset.result, line.dataset.note];
  return [
    line.querySelector("input[checked]")?.value ?? "",
    line.querySelector(".checklist-note input").getAttribute("value"),
  ];
}
