// Small helps in forms: "now" beside a time, taking another's value, copying, leaving an inline form, focus on errors.
import { thisMinute } from "./when.js";

/** @param {Document} page */
export function helpForms(page) {
  page.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-now], [data-take], [data-copy], [data-cancel]");
    if (!button) return;
    const { now, take, copy } = button.dataset;
    if (now) fill(page.getElementById(now), thisMinute());
    if (take) fill(page.getElementById(take), button.dataset.value ?? "");
    if (copy) navigator.clipboard?.writeText(/** @type {Field} */ (page.getElementById(copy)).value);
    if ("cancel" in button.dataset && button.closest("#act")) {
      event.preventDefault();
      page.getElementById("act")?.replaceChildren();
    }
  });
  page.addEventListener("change", ({ target }) => {
    if (target.matches?.("[data-reload]") && target.value) target.form?.submit();
  });
  settle(page);
  page.querySelector("[data-focus]")?.focus();
  page.addEventListener("htmx:after:swap", () => {
    settle(page);
    page.querySelector("#act :is(input, select, textarea):not([type=hidden]), [data-focus]")?.focus();
  });
}

/**
 * Shows the buttons that need a script.
 * @param {ParentNode} place
 */
export function settle(place) {
  const all = /** @type {NodeListOf<HTMLElement>} */ (
    place.querySelectorAll(":is([data-now], [data-take], [data-copy], [data-calendar])[hidden]")
  );
  for (const button of all) button.hidden = false;
}

/**
 * @param {HTMLElement | null} place
 * @param {string} value
 */
function fill(place, value) {
  if (!place) return;
  const input = /** @type {Field} */ (place);
  input.value = value;
  input.dispatchEvent(new Event("input", { bubbles: true }));
  input.focus();
}

/**
 * Files dropped on a [data-drop] form, or chosen in it, are sent at once.
 * @param {Document} page
 */
export function dropFiles(page) {
  /**
   * @param {From<Event>} event
   * @returns {HTMLFormElement | null}
   */
  const zone = (event) => event.target.closest?.("[data-drop]");
  page.addEventListener("dragover", (event) => {
    const form = zone(event);
    if (!form) return;
    event.preventDefault();
    form.classList.add("is-over");
  });
  page.addEventListener("dragleave", (event) => zone(event)?.classList.remove("is-over"));
  page.addEventListener("drop", (event) => {
    const form = zone(event);
    if (!form) return;
    event.preventDefault();
    form.classList.remove("is-over");
    const input = /** @type {HTMLInputElement} */ (form.querySelector("[data-drop-input]"));
    input.files = /** @type {DataTransfer} */ (event.dataTransfer).files;
    form.requestSubmit();
  });
  page.addEventListener("change", ({ target }) => {
    if (!target.matches?.("[data-drop-input]")) return;
    const { files, form } = /** @type {HTMLInputElement} */ (target);
    if (files?.length) form?.requestSubmit();
  });
}
