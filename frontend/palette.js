// The palette: Ctrl-K anywhere, or / where the page has no search of its own, finds cars, pages and verbs.
import { askJson } from "./ask.js";
import { leaveFor } from "./leaving.js";
import { lately, remember, rememberSearch, searched } from "./recent.js";

/**
 * @typedef {{ kind: string, label: string, hint: string, href: string }} Found A search that is offered again leads nowhere.
 * @typedef {{ go: string | null, items: Found[], for: string }} Answer
 */

/** @type {Record<string, number>} */
const STEPS = { ArrowDown: 1, ArrowUp: -1 };

/** @param {Document} page */
export function openPalette(page) {
  /** @type {HTMLDialogElement | null} */
  const dialog = page.querySelector("[data-palette]");
  if (!dialog) return;
  const text = /** @type {HTMLInputElement} */ (dialog.querySelector("[data-palette-text]"));
  const list = /** @type {HTMLElement} */ (dialog.querySelector("[data-palette-found]"));
  const said = /** @type {HTMLElement} */ (dialog.querySelector("[data-palette-said]"));
  const address = dialog.dataset.palette;
  remember(page, localStorage, list.dataset.recent ?? "");
  addEventListener("pagehide", () => {
    rememberSearch(page, localStorage, new URLSearchParams(location.search).get("q") ?? "");
  });
  const help = said.textContent;
  let asked = 0;
  /** @type {Answer} */
  let answered = { go: null, items: [], for: "" };

  page.addEventListener(
    "keydown",
    (event) => {
      const own = page.querySelector("#q");
      const slash = event.key === "/" && !own && !/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
      if (!slash && !((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k")) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (dialog.open) return text.select();
      dialog.showModal();
      text.select();
      ask();
    },
    true,
  );

  text.addEventListener("input", ask);
  text.addEventListener("keydown", async (event) => {
    if (event.key in STEPS) {
      event.preventDefault();
      const options = lines();
      if (!options.length) return;
      choose((options.findIndex(chosen) + STEPS[event.key] + options.length) % options.length);
    }
    if (event.key !== "Enter") return;
    event.preventDefault();
    if (answered.for !== text.value) await ask();
    const option = lines().find(chosen);
    const address = (moved ? null : answered.go) ?? option?.dataset.href;
    if (address) leave(address);
    else if (option) again(option);
  });
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[data-href]");
    const { href } = option?.dataset ?? {};
    if (!option) return;
    if (!href) again(option);
    else if (event.ctrlKey || event.metaKey) open(href, "_blank", "noopener");
    else leave(href);
  });
  /** @param {string} address */
  function leave(address) {
    rememberSearch(page, localStorage, text.value);
    leaveFor(document, address);
  }
  /** @param {HTMLElement} option */
  function again(option) {
    text.value = option.querySelector(".palette-label")?.textContent ?? "";
    text.focus();
    ask();
  }
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });

  let moved = false;
  const lines = () => /** @type {HTMLElement[]} */ ([...list.children]);
  /** @param {Element} option */
  const chosen = (option) => option.getAttribute("aria-selected") === "true";
  /** @param {number} place */
  function choose(place) {
    moved = true;
    mark(place);
  }
  /** @param {number} place */
  function mark(place) {
    for (const [here, option] of [...list.children].entries())
      option.setAttribute("aria-selected", String(here === place));
    const option = list.children[place];
    text.setAttribute("aria-activedescendant", option?.id ?? "");
    option?.scrollIntoView({ block: "nearest" });
  }

  async function ask() {
    const words = text.value;
    const mine = ++asked;
    /** @type {Answer | undefined} */
    const told = await askJson(`${address}?q=${encodeURIComponent(words)}`);
    if (!told || mine !== asked) return;
    answered = { ...told, for: words };
    moved = false;
    const items = words.trim() ? told.items : [...lately(page, localStorage), ...before(), ...told.items];
    list.replaceChildren(...items.map(line));
    said.textContent = items.length ? help : (list.dataset.none ?? "");
    mark(0);
  }

  /** @returns {Found[]} */
  function before() {
    const kind = list.dataset.searched ?? "";
    return searched(page, localStorage).map((label) => ({ kind, label, hint: "", href: "" }));
  }

  /**
   * @param {Found} found
   * @param {number} place
   */
  function line({ kind, label, hint, href }, place) {
    const option = page.createElement("li");
    option.id = `palette-${place}`;
    option.role = "option";
    option.dataset.href = href;
    const parts = { "palette-label": label, "palette-hint": hint, "palette-kind": kind };
    for (const [name, words] of Object.entries(parts)) {
      const part = page.createElement("span");
      part.className = name;
      part.textContent = words;
      option.append(part, " ");
    }
    return option;
  }
}
