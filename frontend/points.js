// The items of an inspection template: added, moved and taken away in place; without a script the server does the same.
const FIELD = "input:not([type=hidden])";
const DIGITS = /\d+/;
/** @type {Record<string, number>} */
const STEPS = { ArrowUp: -1, ArrowDown: 1 };

/** @param {Document} page */
export function movePoints(page) {
  const form = page.querySelector("form[data-points]");
  const list = form?.querySelector("[data-list]");
  /** @type {HTMLTemplateElement | null | undefined} */
  const blank = form?.querySelector("[data-blank]");
  if (!form || !list || !blank) return;
  /** @type {HTMLElement} */ (form.querySelector("[data-keys-hint]")).hidden = false;
  if (form.dataset.focusOn) page.getElementById(form.dataset.focusOn)?.focus();
  let changed = false;

  const number = () => {
    [...list.children].forEach((point, place) => {
      const told = String(place + 1);
      /** @type {HTMLElement} */ (point.querySelector("[data-number]")).textContent = told;
      for (const field of point.querySelectorAll("[aria-label]"))
        field.ariaLabel = field.ariaLabel?.replace(DIGITS, told) ?? null;
      for (const label of point.querySelectorAll("[data-label]")) {
        label.textContent = (label.dataset.label ?? "").replace("{number}", told);
        /** @type {HTMLElement} */ (label.parentElement).title = label.textContent;
      }
    });
    changed = true;
  };
  /** @param {Element} [after] */
  const add = (after) => {
    const point = /** @type {HTMLElement} */ (page.importNode(blank.content, true).firstElementChild);
    const code = /** @type {HTMLInputElement} */ (point.querySelector("[name=code]"));
    const made = `new-${crypto.getRandomValues(new Uint32Array(2)).join("")}`;
    for (const one of [point, ...point.querySelectorAll("*")])
      for (const name of ["id", "value"])
        if (one.getAttribute(name)?.includes(code.defaultValue) && one !== code)
          one.setAttribute(name, (one.getAttribute(name) ?? "").replace(code.defaultValue, made));
    code.value = made;
    if (after) after.after(point);
    else list.append(point);
    number();
    point.querySelector(FIELD)?.focus();
  };
  /**
   * @param {Element} point
   * @param {number} step
   */
  const move = (point, step) => {
    const other = step < 0 ? point.previousElementSibling : point.nextElementSibling;
    if (!other) return;
    const focused = /** @type {HTMLElement | null} */ (page.activeElement);
    if (step < 0) other.before(point);
    else other.after(point);
    number();
    focused?.focus();
    point.scrollIntoView({ block: "nearest" });
  };
  /** @param {Element} point */
  const remove = (point) => {
    const next = point.nextElementSibling ?? point.previousElementSibling;
    point.remove();
    number();
    (next?.querySelector(FIELD) ?? page.getElementById("add"))?.focus();
  };

  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (!button) return;
    event.preventDefault();
    const point = /** @type {HTMLElement} */ (button.closest("[data-point]"));
    /** @type {Record<string, () => void>} */
    const deeds = {
      add: () => add(),
      up: () => move(point, -1),
      down: () => move(point, 1),
      remove: () => remove(point),
    };
    deeds[button.dataset.do ?? ""]();
  });
  form.addEventListener("keydown", (event) => {
    const point = event.target.closest("[data-point]");
    if (!point) return;
    const step = event.altKey ? STEPS[event.key] : undefined;
    const adds = event.key === "Enter" && event.target.matches("[name=nb], [name=en]");
    if (!step && !adds) return;
    event.preventDefault();
    if (step) move(point, step);
    else add(point);
  });
  form.addEventListener("input", () => (changed = true));
  form.addEventListener("submit", () => (changed = false));
  // What is typed here is many fields that move: the browser asks before it is left unsaved.
  addEventListener("beforeunload", (event) => changed && event.preventDefault());
}
