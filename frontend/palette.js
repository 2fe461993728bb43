// The palette: Ctrl-K anywhere, or / where the page has no search of its own, finds cars, pages and verbs.
import { leaveFor } from "./leaving.js";

export function openPalette(page) {
  const dialog = page.querySelector("[data-palette]");
  if (!dialog) return;
  const text = dialog.querySelector("[data-palette-text]");
  const list = dialog.querySelector("[data-palette-found]");
  const said = dialog.querySelector("[data-palette-said]");
  const help = said.textContent;
  let asked = 0;
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
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps) {
      event.preventDefault();
      const options = [...list.children];
      if (!options.length) return;
      choose((options.findIndex(chosen) + steps[event.key] + options.length) % options.length);
    }
    if (event.key !== "Enter") return;
    event.preventDefault();
    if (answered.for !== text.value) await ask();
    const option = [...list.children].find(chosen);
    const address = (moved ? null : answered.go) ?? option?.dataset.href;
    if (address) leaveFor(document, address);
  });
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[data-href]");
    if (!option) return;
    if (event.ctrlKey || event.metaKey) open(option.dataset.href, "_blank", "noopener");
    else leaveFor(document, option.dataset.href);
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });

  let moved = false;
  const chosen = (option) => option.getAttribute("aria-selected") === "true";
  function choose(place) {
    moved = true;
    mark(place);
  }
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
    const answer = await fetch(`${dialog.dataset.palette}?q=${encodeURIComponent(words)}`, {
      headers: { accept: "application/json" },
    });
    if (!answer.ok || mine !== asked) return;
    const told = await answer.json();
    if (mine !== asked) return;
    answered = { ...told, for: words };
    moved = false;
    list.replaceChildren(...told.items.map(line));
    said.textContent = told.items.length ? help : list.dataset.none;
    mark(0);
  }

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
