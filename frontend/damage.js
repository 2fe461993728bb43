// A tap on the outline of a car puts the point there; the form's own controls move it, and the drawing follows.
/** @param {Document} page */
export function markDamage(page) {
  page.addEventListener("click", (event) => {
    const outline = event.target.closest?.("[data-outline] svg");
    if (!outline) return;
    const form = formOf(outline);
    const box = outline.getBoundingClientRect();
    form.elements.view.value = outline.parentElement?.dataset.outline ?? "";
    form.elements.x.value = String((event.clientX - box.left) / box.width);
    form.elements.y.value = String((event.clientY - box.top) / box.height);
    showDraft(form);
    form.elements.note.focus();
  });
  page.addEventListener("input", ({ target }) => {
    /** @type {HTMLFormElement | null} */
    const form = target.closest?.("[data-damage-form]");
    if (form && ["view", "x", "y"].includes(target.name)) showDraft(form);
  });
}

/**
 * @param {Element} place
 * @returns {HTMLFormElement}
 */
function formOf(place) {
  return /** @type {HTMLFormElement} */ (place.closest("[data-damage]")?.querySelector("[data-damage-form]"));
}

/** @param {HTMLFormElement} form */
function showDraft(form) {
  const { view, x, y } = form.elements;
  for (const outline of form.closest("[data-damage]")?.querySelectorAll("[data-outline]") ?? []) {
    const point = /** @type {SVGElement} */ (outline.querySelector(".damage-draft"));
    const { width, height } = /** @type {SVGSVGElement} */ (outline.querySelector("svg")).viewBox.baseVal;
    point.setAttribute("visibility", outline.dataset.outline === view.value ? "visible" : "hidden");
    point.setAttribute("cx", String(Number(x.value) * width));
    point.setAttribute("cy", String(Number(y.value) * height));
  }
}
