// A combo asks the server what a typed word may mean and keeps the chosen record's id beside the words.
// Markup: [data-combo=address] holding input[data-combo-text] and input[data-combo-value].
const WAIT = 150;
let serial = 0;

export function askCombos(page) {
  page.addEventListener("focusin", ({ target }) => target.matches?.("[data-combo-text]") && prepare(target));
  page.addEventListener("input", ({ target }) => target.matches?.("[data-combo-text]") && typed(target));
  page.addEventListener("keydown", (event) => event.target.matches?.("[data-combo-text]") && steer(event));
  page.addEventListener(
    "focusout",
    ({ target }) => target.matches?.("[data-combo-text]") && setTimeout(close, 120, target),
  );
  page.addEventListener("mousedown", (event) => {
    const option = event.target.closest?.(".combo-option");
    if (!option) return;
    event.preventDefault();
    choose(option);
  });
}

function parts(text) {
  const combo = text.closest("[data-combo]");
  return { combo, value: combo.querySelector("[data-combo-value]"), list: combo.querySelector(".combo-list") };
}

function prepare(text) {
  const { combo, list } = parts(text);
  if (list) return;
  const made = document.createElement("ul");
  made.className = "combo-list";
  made.id = `combo-${++serial}`;
  made.setAttribute("role", "listbox");
  made.hidden = true;
  combo.append(made);
  for (const [name, value] of Object.entries({
    role: "combobox",
    "aria-expanded": "false",
    "aria-controls": made.id,
    "aria-autocomplete": "list",
  }))
    text.setAttribute(name, value);
}

function typed(text) {
  const { value } = parts(text);
  value.value = "";
  clearTimeout(text.comboTimer);
  text.comboTimer = setTimeout(ask, WAIT, text);
  if (!text.value.trim()) tell(value);
}

async function ask(text) {
  const { combo, list } = parts(text);
  const asked = text.value.trim();
  const answer = await fetch(`${combo.dataset.combo}?q=${encodeURIComponent(asked)}`, {
    headers: { accept: "application/json" },
  });
  if (!answer.ok || text.value.trim() !== asked) return;
  const found = await answer.json();
  list.replaceChildren(...found.map((option, place) => item(option, `${list.id}-${place}`)));
  show(text, found.length > 0);
}

function item({ value, label }, id) {
  const made = document.createElement("li");
  made.className = "combo-option";
  made.id = id;
  made.setAttribute("role", "option");
  made.dataset.value = value;
  made.textContent = label;
  return made;
}

function show(text, open) {
  const { list } = parts(text);
  if (!list) return;
  list.hidden = !open;
  text.setAttribute("aria-expanded", String(open));
  text.removeAttribute("aria-activedescendant");
}

function close(text) {
  show(text, false);
}

function steer(event) {
  const { list } = parts(event.target);
  if (event.key === "ArrowDown" && list?.hidden) return void ask(event.target);
  if (!list || list.hidden) return;
  const options = [...list.children];
  const here = options.findIndex((o) => o.ariaSelected === "true");
  if (event.key === "Escape") return void close(event.target);
  if (event.key === "Enter" && here >= 0) {
    event.preventDefault();
    return void choose(options[here]);
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const next = options[Math.min(Math.max(here + step, 0), options.length - 1)];
  for (const option of options) option.ariaSelected = String(option === next);
  event.target.setAttribute("aria-activedescendant", next.id);
  next.scrollIntoView({ block: "nearest" });
}

function choose(option) {
  const combo = option.closest("[data-combo]");
  const text = combo.querySelector("[data-combo-text]");
  text.value = option.textContent;
  const value = combo.querySelector("[data-combo-value]");
  value.value = option.dataset.value;
  tell(value);
  close(text);
}

function tell(value) {
  value.dispatchEvent(new Event("change", { bubbles: true }));
}
