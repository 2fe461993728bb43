// The board: a card is dragged to the status it should get, or moved with its menu; the server says what is allowed.
import htmx from "htmx.org";
import { askJson, askPart } from "./ask.js";

/**
 * What a move to a status would be: whether it may be, or why not, and whether it asks for more.
 * @typedef {{ allowed: boolean, asks?: boolean, label: string, why?: string }} Move
 * @typedef {Record<string, Move>} Moves
 */

/** @param {Document} page */
export function dragCards(page) {
  /** @type {HTMLElement | null} */
  let card = null;
  /** @type {Moves} */
  let moves = {};
  page.addEventListener("dragstart", (event) => {
    card = event.target.closest?.("[data-card]");
    if (!card) return;
    const carried = /** @type {DataTransfer} */ (event.dataTransfer);
    carried.effectAllowed = "move";
    carried.setData("text/plain", card.dataset.card ?? "");
    card.classList.add("is-dragged");
    moves = {};
    const mine = card;
    askJson(mine.dataset.move ?? "").then((told) => {
      if (card !== mine || !told) return;
      moves = told;
      light(page, mine, moves);
    });
  });
  page.addEventListener("dragover", (event) => {
    const lane = card && event.target.closest?.("[data-lane]");
    if (lane) event.preventDefault();
    for (const other of page.querySelectorAll(".lane.is-over")) if (other !== lane) other.classList.remove("is-over");
    lane?.classList.add("is-over");
  });
  page.addEventListener("drop", (event) => {
    const lane = card && event.target.closest?.("[data-lane]");
    if (!card || !lane) return;
    event.preventDefault();
    drop(page, card, lane.dataset.lane ?? "", moves);
  });
  page.addEventListener("dragend", () => {
    card?.classList.remove("is-dragged");
    card = null;
    for (const lane of page.querySelectorAll("[data-lane]")) {
      lane.classList.remove("is-over", "is-target", "is-refused");
    }
  });
  page.addEventListener("click", (event) => {
    /** @type {HTMLAnchorElement | null} */
    const menu = event.target.closest?.("[data-move-menu]");
    const dialog = dialogIn(page);
    if (menu && dialog && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      open(page, dialog, menu.href);
    } else if (event.target.closest?.("[data-move-dialog] [data-move-close]")) {
      event.preventDefault();
      dialog?.close();
    }
  });
  page.addEventListener("keydown", (event) => {
    const slot = event.key === "m" && !event.ctrlKey && !event.metaKey && event.target.closest?.("[data-card]");
    if (slot) slot.querySelector("[data-move-menu]")?.click();
  });
  page.addEventListener("submit", (event) => {
    /** @type {HTMLFormElement | null} */
    const form = event.target.closest?.("[data-move-dialog] [data-move-form]");
    if (!form) return;
    event.preventDefault();
    const dialog = /** @type {HTMLDialogElement} */ (form.closest("dialog"));
    send(page, form.action, new FormData(form)).then((said) => said && show(dialog, said));
  });
}

/**
 * A column goes on by itself as one scrolls down to its end.
 * @param {Document} page
 */
export function fillLanes(page) {
  if (!page.querySelector("[data-board]")) return;
  const nearing = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        nearing.unobserve(target);
        /** @type {HTMLElement} */ (target).click();
      }
    },
    { rootMargin: "400px 0px", scrollMargin: "400px 0px" },
  );
  const watch = () => {
    for (const more of page.querySelectorAll(".lane .card-more a")) nearing.observe(more);
  };
  watch();
  page.addEventListener("htmx:after:swap", watch);
}

/** @type {(page: Document) => HTMLDialogElement | null} */
const dialogIn = (page) => page.querySelector("[data-move-dialog]");

/**
 * @param {Document} page
 * @param {HTMLElement} card
 * @param {Moves} moves
 */
function light(page, card, moves) {
  for (const lane of page.querySelectorAll("[data-lane]")) {
    const code = lane.dataset.lane ?? "";
    if (code === card.dataset.from) continue;
    const move = moves[code];
    lane.classList.add(move?.allowed ? "is-target" : "is-refused");
    const why = /** @type {HTMLElement} */ (lane.querySelector(".lane-why span"));
    why.textContent = move?.why ?? "";
  }
}

/**
 * @param {Document} page
 * @param {HTMLElement} card
 * @param {string} to
 * @param {Moves} moves
 */
async function drop(page, card, to, moves) {
  if (to === card.dataset.from) return;
  const address = card.dataset.move ?? "";
  /** @type {Moves | undefined} */
  const told = to in moves ? moves : await askJson(address);
  if (!told) return tell(page, offline(page));
  const known = told[to];
  if (!known) return;
  if (!known.allowed) return tell(page, `${known.label}: ${known.why}`);
  const back = page.querySelector("[data-board]")?.dataset.board ?? "";
  const asked = `${address}?to=${to}&back=${encodeURIComponent(back)}`;
  if (known.asks) return open(page, /** @type {HTMLDialogElement} */ (dialogIn(page)), asked);
  const form = new FormData();
  for (const [name, value] of Object.entries({ to, back, _key: crypto.randomUUID() })) form.append(name, value);
  const refused = await send(page, address, form);
  if (refused) tell(page, words(refused));
}

/** @type {(page: Document) => string} */
const offline = (page) => page.querySelector("[data-board]")?.dataset.offline ?? "";

/** @param {string} html */
function words(html) {
  const read = new DOMParser().parseFromString(html, "text/html");
  return read.querySelector("[role=alert] .summary, [role=alert]")?.textContent.trim() ?? "";
}

/**
 * @param {Document} page
 * @param {string} said
 */
function tell(page, said) {
  const place = /** @type {HTMLElement} */ (page.querySelector("[data-said]"));
  place.textContent = said;
  place.scrollIntoView({ block: "nearest" });
}

/**
 * @param {Document} page
 * @param {HTMLDialogElement} dialog
 * @param {string} address
 */
async function open(page, dialog, address) {
  const part = await askPart(address);
  if (part === undefined) return tell(page, offline(page));
  show(dialog, part);
  dialog.showModal();
}

/**
 * @param {HTMLDialogElement} dialog
 * @param {string} html
 */
function show(dialog, html) {
  dialog.innerHTML = html;
  htmx.process(dialog);
  dialog.querySelector("input:not([type=hidden]), select, textarea, button, a")?.focus();
}

/**
 * Sends a move; answers the page's own words when it is refused, nothing when it is done and shown.
 * @param {Document} page
 * @param {string} address
 * @param {FormData} form
 */
async function send(page, address, form) {
  /** @type {HTMLMetaElement | null} */
  const token = page.querySelector("meta[name=csrf]");
  const csrf = token?.content ?? "";
  const body = new URLSearchParams(/** @type {TextData} */ (form));
  const headers = { "hx-request": "true", "x-csrf-token": csrf };
  try {
    const answer = await fetch(address, { method: "POST", body, headers, keepalive: true });
    if (!answer.ok) return await answer.text();
  } catch {
    return unsent(page);
  }
  dialogIn(page)?.close();
  await refresh(page);
}

/**
 * Says that a move was not sent, where the person is looking; what was typed stands.
 * @param {Document} page
 */
function unsent(page) {
  const inDialog = dialogIn(page)?.querySelector("[data-moves-said]");
  if (inDialog) inDialog.textContent = offline(page);
  else tell(page, offline(page));
}

/** @param {Document} page */
async function refresh(page) {
  const board = /** @type {HTMLElement} */ (page.querySelector("[data-board]"));
  const across = board.querySelector(".board-scroll")?.scrollLeft ?? 0;
  const down = scrollY;
  await htmx.ajax("GET", board.dataset.board ?? "", { target: "#list", swap: "outerHTML" });
  /** @type {HTMLElement} */ (page.querySelector(".board-scroll")).scrollLeft = across;
  scrollTo(0, down);
}
