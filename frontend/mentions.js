// An @ in a comment asks who may be meant: those who see the record. Arrows and Enter choose, or a tap.
const WAIT = 120;
const MARK = /(?:^|[\s(])@([\p{L}\p{M}'.-]*(?: [\p{L}\p{M}'.-]*){0,2})$/u;
let serial = 0;

export function pickMentions(page) {
  const settle = () => {
    for (const button of page.querySelectorAll("[data-mention-open][hidden]")) button.hidden = false;
  };
  settle();
  page.addEventListener("htmx:after:swap", settle);
  page.addEventListener("input", ({ target }) => {
    if (!target.matches?.("[data-mention]")) return;
    clearTimeout(target.mentionTimer);
    target.mentionTimer = setTimeout(ask, WAIT, target);
  });
  page.addEventListener("keydown", (event) => event.target.matches?.("[data-mention]") && steer(event));
  page.addEventListener(
    "focusout",
    ({ target }) => target.matches?.("[data-mention]") && setTimeout(close, 150, target),
  );
  // The focus stays in the text while one points at a name.
  page.addEventListener("mousedown", (event) => event.target.closest?.(".mention-option") && event.preventDefault());
  page.addEventListener("click", ({ target }) => {
    const option = target.closest?.(".mention-option");
    if (option) return choose(option);
    const button = target.closest?.("[data-mention-open]");
    if (button) begin(page.getElementById(button.dataset.mentionOpen));
  });
}

function begin(text) {
  const before = text.value.slice(0, text.selectionStart);
  text.setRangeText(!before || /\s$/.test(before) ? "@" : " @", text.selectionStart, text.selectionEnd, "end");
  text.focus();
  text.dispatchEvent(new Event("input", { bubbles: true }));
}

function typed(text) {
  return MARK.exec(text.value.slice(0, text.selectionStart))?.[1];
}

async function ask(text) {
  const asked = typed(text);
  if (asked === undefined) return close(text);
  const answer = await fetch(`${text.dataset.mention}?q=${encodeURIComponent(asked)}`, {
    headers: { accept: "application/json" },
  }).catch(() => null);
  if (!answer?.ok || typed(text) !== asked) return;
  const found = await answer.json();
  if (!found.length) return close(text);
  const list = listOf(text);
  list.replaceChildren(...found.map((person, place) => line(person, `${list.id}-${place}`)));
  list.hidden = false;
  mark(text, list.firstElementChild);
  text.parentElement.querySelector("[data-mention-said]").textContent = text.dataset.mentionFound.replace(
    "{count}",
    found.length,
  );
}

function listOf(text) {
  let list = text.parentElement.querySelector(".mention-list");
  if (list) return list;
  list = document.createElement("ul");
  list.className = "mention-list";
  list.id = `mention-${++serial}`;
  list.role = "listbox";
  list.ariaLabel = text.labels[0]?.textContent ?? "@";
  text.parentElement.append(list);
  text.setAttribute("aria-controls", list.id);
  text.setAttribute("aria-autocomplete", "list");
  return list;
}

function line({ value, label, hint }, id) {
  const made = document.createElement("li");
  made.className = "mention-option";
  made.id = id;
  made.role = "option";
  made.dataset.person = value;
  made.dataset.label = label;
  for (const [name, words] of [
    ["", label],
    ["quiet", hint],
  ]) {
    const part = document.createElement("span");
    part.className = name;
    part.textContent = words;
    made.append(part, " ");
  }
  return made;
}

function mark(text, option) {
  for (const one of option.parentElement.children) one.ariaSelected = String(one === option);
  text.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

function steer(event) {
  const list = event.target.parentElement.querySelector(".mention-list");
  if (!list || list.hidden) return;
  const options = [...list.children];
  const here = options.findIndex((option) => option.ariaSelected === "true");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) mark(event.target, options[(here + step + options.length) % options.length]);
  else if (event.key === "Enter" || event.key === "Tab") choose(options[Math.max(here, 0)]);
  else if (event.key === "Escape") close(event.target);
  else return;
  event.preventDefault();
  event.stopPropagation();
}

function choose(option) {
  const text = option.closest(".mention-field").querySelector("[data-mention]");
  const end = text.selectionStart;
  const start = end - (typed(text) ?? "").length;
  text.setRangeText(`${option.dataset.label} `, start, end, "end");
  const kept = document.createElement("input");
  Object.assign(kept, { type: "hidden", name: "mention", value: option.dataset.person });
  text.form.append(kept);
  close(text);
  text.focus();
  text.dispatchEvent(new Event("input", { bubbles: true }));
}

function close(text) {
  clearTimeout(text.mentionTimer);
  const list = text.parentElement?.querySelector(".mention-list");
  if (list) list.hidden = true;
  text.removeAttribute("aria-activedescendant");
  const said = text.parentElement?.querySelector("[data-mention-said]");
  if (said) said.textContent = "";
}
