// What stands beside the hand while something is moved.

/**
 * The mark that follows the hand while something is dragged.
 * @param {Document} page
 */
export function verdictOf(page) {
  const mark = /** @type {HTMLElement} */ (page.querySelector("[data-plan-verdict]"));
  let at = { x: 0, y: 0 };
  const put = () => {
    mark.style.left = `${Math.min(at.x + 16, innerWidth - mark.offsetWidth - 8)}px`;
    mark.style.top = `${Math.min(at.y + 20, innerHeight - mark.offsetHeight - 8)}px`;
  };
  page.addEventListener("pointermove", ({ clientX, clientY }) => {
    at = { x: clientX, y: clientY };
    if (!mark.hidden) put();
  });
  return {
    /**
     * @param {string} text
     * @param {"asked" | "good" | "bad"} tone
     */
    show(text, tone) {
      mark.textContent = text;
      mark.className = `plan-verdict is-${tone}`;
      mark.hidden = false;
      put();
    },
    hide() {
      mark.hidden = true;
    },
  };
}
