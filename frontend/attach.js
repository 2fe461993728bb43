// Files chosen beside a text: their number is told, and choosing them is enough to send without a word.
import { counted } from "./plural.js";

/** @param {Document} page */
export function attachFiles(page) {
  page.addEventListener("change", ({ target }) => {
    if (!target.matches?.("[data-attach]")) return;
    const input = /** @type {HTMLInputElement} */ (/** @type {unknown} */ (target));
    const told = input.form?.querySelector("[data-attached]");
    const count = input.files?.length ?? 0;
    if (told) told.textContent = count ? counted(input.dataset.attach ?? "", count) : "";
  });
}
