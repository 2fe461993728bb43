// A checklist under a gloved hand: every tap is sent for itself, in the order of the taps, and nothing is replaced. What
// is tapped while an answer is on its way goes together with the next. A refusal is told at its line.

import { tint } from "./live-parts.js";
import { keepUpHead } from "./live-record.js";
import { all, newKey, put, recall, value } from "./queue.js";

const CALM = 1500;
const RETRY = 4000;

/** @param {Document} page */
export function answerChecklists(page) {
  /** @type {HTMLFormElement | null} */
  const form = page.querySelector("form[data-checklist]");
  if (form) answerOne(page, form);
}

/**
 * @param {Document} page
 * @param {HTMLFormElement} form
 */
function answerOne(page, form) {
  /** @type {Record<string, string>} */
  const base = JSON.parse(form.elements._base.value);
  const here = new URL(form.action).pathname;
  const words = /** @type {DOMStringMap & Record<string, string>} */ (form.dataset);
  /** @type {Map<string, string>} */
  const sending = new Map();
  /** @type {string[][]} */
  const alone = [];
  let busy = false,
    touched = 0;
  /** @type {HTMLElement | null} */
  let hand = null;
  /** @type {HTMLElement | null} */
  let fresh = null;

  const lines = () => [...form.querySelectorAll("[data-line]")];
  /** @param {string} name */
  const codeOf = (name) => name.slice(name.indexOf(".") + 1);
  /** @param {string} name */
  const lineOf = (name) => /** @type {HTMLElement} */ (lines().find((line) => line.dataset.line === codeOf(name)));
  const fields = /** @type {HTMLFormControlsCollection & Record<string, HTMLInputElement>} */ (form.elements);
  /** @param {string} name */
  const now = (name) => (fields[name]?.value ?? "").trim();
  /** @param {string} name */
  const isNew = (name) => now(name) !== base[name];
  const changed = () => Object.keys(base).filter((name) => isNew(name) && !("refused" in lineOf(name).dataset));

  /**
   * Whatever is told, the line that was tapped last stays under the finger.
   * @param {() => void} deed
   */
  function steadily(deed) {
    const before = hand?.getBoundingClientRect().top ?? 0;
    deed();
    const moved = hand ? hand.getBoundingClientRect().top - before : 0;
    if (moved) scrollBy({ top: moved, behavior: "instant" });
  }

  /**
   * @param {HTMLElement} line
   * @param {string} text
   * @param {string} [kind]
   */
  function say(line, text, kind = "") {
    steadily(() => {
      /** @type {HTMLElement} */ (line.querySelector("[data-said]")).textContent = text;
      line.classList.toggle("is-queued", kind === "queued");
      line.classList.toggle("is-refused", kind === "refused");
      if (kind === "refused") line.dataset.refused = "";
      else delete line.dataset.refused;
    });
  }

  function count() {
    const open = lines().filter((line) => !now(`answer.${line.dataset.line}`)).length;
    const left = /** @type {HTMLElement} */ (form.querySelector("[data-points-left]"));
    left.textContent = open ? words.left.replace("{count}", String(open)) : "";
  }

  // -- on the way there ---------------------------------------------------------------------------------------

  /** @returns {Promise<void>} */
  async function send() {
    if (busy) return;
    const batch = alone.shift()?.filter(isNew) ?? changed();
    if (!batch.length) return alone.length ? send() : settle();
    busy = true;
    for (const name of batch) sending.set(name, now(name));
    const again = await post(batch);
    sending.clear();
    busy = false;
    if (again) setTimeout(send, RETRY);
    else await send();
  }

  /**
   * @param {string[]} batch
   * @returns {import("./queue.js").Field[]}
   */
  function fieldsOf(batch) {
    const known = JSON.stringify(Object.fromEntries(batch.map((name) => [name, base[name]])));
    /** @type {[string, string][]} */
    const plain = [
      ["_csrf", form.elements._csrf.value],
      ["_key", newKey()],
      ["_base", known],
    ];
    return [...plain, ...batch.map((name) => /** @type {[string, string]} */ ([name, sending.get(name)]))];
  }

  /**
   * Sends a few answers; says whether they must be sent again later.
   * @param {string[]} batch
   */
  async function post(batch) {
    const body = new FormData();
    for (const [name, text] of fieldsOf(batch)) body.set(name, text);
    let answer, text;
    try {
      answer = await fetch(form.action, { method: "POST", body, headers: { "HX-Request": "true" }, keepalive: true });
      if (answer.status >= 500 || answer.status === 429) throw new Error(answer.statusText);
      text = await answer.text();
    } catch {
      for (const name of batch) say(lineOf(name), words.waits, "queued");
      return true;
    }
    const address = answer.headers.get("hx-redirect");
    if (address !== null) await signIn(address);
    else if (answer.status === 204) for (const name of batch) kept(name, words.waits, "queued");
    else if (answer.ok) {
      for (const name of batch) kept(name);
      read(text);
    } else refused(batch, text);
    return false;
  }

  /**
   * @param {string} name
   * @param {string} [said]
   * @param {string} [kind]
   */
  function kept(name, said = "", kind = "") {
    base[name] = sending.get(name) ?? "";
    say(lineOf(name), said, kind);
    showNote(lineOf(name));
  }

  /**
   * The sign-in has run out: what is answered waits on this device for whoever answered it.
   * @param {string} address
   */
  async function signIn(address) {
    const batch = changed();
    for (const name of batch) sending.set(name, now(name));
    const at = Date.now();
    await put({ person: await recall("person"), url: here, part: true, fields: fieldsOf(batch), at, state: "waiting" });
    location.assign(address);
  }

  /**
   * One refused answer holds up none of the others: they go line by line, and it is told where it stands.
   * @param {string[]} batch
   * @param {string} text
   */
  function refused(batch, text) {
    const codes = [...new Set(batch.map(codeOf))];
    if (codes.length > 1) return void alone.push(...codes.map((code) => batch.filter((name) => codeOf(name) === code)));
    // What was tapped or typed in the line since goes first.
    const since = Object.keys(base).filter((name) => codeOf(name) === codes[0] && isNew(name));
    if (since.some((name) => now(name) !== sending.get(name))) return;
    const told = new DOMParser().parseFromString(text, "text/html");
    const said = [...told.querySelectorAll(".summary li, .state p:not(.quiet)")].map((e) => e.textContent.trim());
    say(lineOf(batch[0]), said.join(" ") || words.notKept, "refused");
    read(text);
  }

  // -- what is stored -----------------------------------------------------------------------------------------

  /**
   * Line by line: others' answers come in, what is on its way or typed here stays.
   * @param {string | Document} text
   */
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

  /**
   * @param {string} name
   * @param {string} stored
   */
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

  /**
   * @param {string} name
   * @param {string} text
   */
  function show(name, text) {
    if (name.startsWith("note.")) {
      fields[name].value = text;
      return;
    }
    /** @type {NodeListOf<HTMLInputElement>} */
    const boxes = form.querySelectorAll(`[name="${CSS.escape(name)}"]`);
    for (const one of boxes) one.checked = one.value === text;
  }

  /** @param {HTMLElement} line */
  function showNote(line) {
    const has = Boolean(base[`note.${line.dataset.line}`]);
    steadily(() => line.querySelector(".checklist-note")?.classList.toggle("is-kept", has));
  }

  /** The head says what can be done next: it changes when no finger is at work. */
  function settle() {
    const coming = fresh;
    if (!coming) return;
    const calm = touched + CALM - Date.now();
    if (calm > 0) return void setTimeout(() => !busy && settle(), calm);
    hand ??= form;
    steadily(() => keepUpHead(/** @type {HTMLElement} */ (page.querySelector("#head")), coming));
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
        base[name] = String(value(entry, name) ?? "");
        show(name, base[name]);
        say(lineOf(name), words.waits, "queued");
        showNote(lineOf(name));
      }
    }
    count();
  }
}

/** @param {HTMLElement} line */
function storedIn(line) {
  if ("result" in line.dataset) return [line.dataset.result ?? "", line.dataset.note ?? ""];
  /** @type {HTMLInputElement | null} */
  const chosen = line.querySelector("input[checked]");
  return [chosen?.value ?? "", line.querySelector(".checklist-note input")?.getAttribute("value") ?? ""];
}
