// The look-up in the vehicle registry: fills a new car's form in place, and keeps what is typed beside it.
/** @param {Document} page */
export function fillFromRegistry(page) {
  page.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-take-over]");
    if (!button) return;
    event.preventDefault();
    takeOver(/** @type {HTMLElement} */ (button.closest("[data-registry]")), button.dataset.takeOver ?? "");
  });
  // Enter in the look-up's own box looks up; a form's first button would create the car.
  page.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches?.("[data-registry-code]")) return;
    event.preventDefault();
    event.target.closest("[data-registry]")?.querySelector("[data-registry-look]")?.click();
  });
  page.addEventListener("submit", ({ target }) => {
    if (target.matches?.("[data-registry-apply]")) forget(target);
  });
  page.addEventListener("htmx:after:swap", () => {
    const box = page.querySelector("[data-registry-code]");
    // The answer took the place of a part of the form, and with it the draft's last change: note it again.
    box?.dispatchEvent(new Event("input", { bubbles: true }));
    /** @type {HTMLInputElement | null} */
    const asked = page.querySelector("#act #registry-code");
    if (asked && !asked.value) asked.value = typed(page);
  });
}

/**
 * What somebody has typed in the car's own form and not saved yet.
 * @param {Document} page
 */
function typed(page) {
  /** @type {(id: string) => HTMLInputElement | null} */
  const field = (id) => page.querySelector(`#${id}`);
  return field("vin")?.value || field("license_plate")?.value || "";
}

/**
 * @param {HTMLElement} section
 * @param {string} answer
 */
function takeOver(section, answer) {
  const form = /** @type {HTMLFormElement} */ (section.closest("form"));
  /** @param {string} name */
  const named = (name) => /** @type {Field | null} */ (form.elements.namedItem(name));
  /** @param {string} name */
  const hidden = (name) => /** @type {Field} */ (named(name));
  const values = JSON.parse(hidden("_registry_values").value || "{}");
  /** @type {NodeListOf<HTMLInputElement>} */
  const taken = section.querySelectorAll("input[name=_take]:checked");
  for (const box of taken) {
    const input = named(box.value);
    if (!input || !("value" in input)) continue;
    input.value = box.dataset.takeText ?? "";
    values[box.value] = box.dataset.takeText;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.closest("details")?.setAttribute("open", "");
    input.classList.add("is-fetched");
  }
  hidden("_registry").value = answer;
  hidden("_registry_values").value = JSON.stringify(values);
  /** @type {HTMLElement} */ (section.querySelector("[data-registry-changes]")).hidden = true;
  const said = /** @type {HTMLElement} */ (section.querySelector("[data-registry-done]"));
  said.hidden = false;
  said.scrollIntoView({ block: "nearest" });
}

/**
 * Fields that are taken over are the answer's now: an older draft of them must not come back.
 * @param {HTMLFormElement} form
 */
function forget(form) {
  /** @type {NodeListOf<HTMLInputElement>} */
  const boxes = form.querySelectorAll("input[name=fields]:checked");
  const names = new Set([...boxes].map((box) => box.value));
  const path = form.closest("[data-registry]")?.dataset.registry;
  for (const key of Object.keys(sessionStorage).filter((name) => name.startsWith(`draft:${path}#`))) {
    /** @type {{ at: number, values: [name: string, value: string][] }} */
    const kept = JSON.parse(sessionStorage.getItem(key) ?? "");
    kept.values = kept.values.filter(([name]) => !names.has(name));
    sessionStorage.setItem(key, JSON.stringify(kept));
  }
}
