// A link to a folded part of the page opens it.

/** @param {Document} page */
export function openAnchors(page) {
  page.addEventListener("click", ({ target }) => {
    const link = target.closest?.("a[href^='#']");
    if (link) open(page, link.getAttribute("href") ?? "");
  });
  open(page, location.hash);
}

/**
 * @param {Document} page
 * @param {string} hash
 */
function open(page, hash) {
  const part = page.getElementById(hash.slice(1));
  if (!(part instanceof HTMLDetailsElement)) return;
  part.open = true;
  part.querySelector("summary")?.focus({ preventScroll: true });
}
