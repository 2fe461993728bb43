// Placeholders: a button puts its text into the field of a [data-places] form in which was written last.
/** @param {Document} page */
export function insertPlaces(page) {
  const fields = "form[data-places] :is(input:not([type=hidden]), textarea)";
  /** @type {HTMLInputElement | HTMLTextAreaElement | null} */
  let last = null;
  page.addEventListener("focusin", ({ target }) => {
    if (target.matches?.(fields)) last = /** @type {HTMLInputElement | HTMLTextAreaElement} */ (target);
  });
  page.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-insert]");
    if (!button) return;
    const field = last ?? /** @type {HTMLTextAreaElement | null} */ (page.querySelector(`${fields}:is(textarea)`));
    if (!field) return;
    field.focus();
    field.setRangeText(button.dataset.insert ?? "", field.selectionStart ?? 0, field.selectionEnd ?? 0, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
