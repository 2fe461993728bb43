const choices = new Set(["light", "dark"]);

/**
 * A button with data-theme-choice="light|dark|system" sets the theme; the server reads it from the cookie.
 * @param {HTMLElement} root
 */
export function followTheme(root) {
  document.addEventListener("click", (event) => {
    const choice = event.target.closest?.("[data-theme-choice]")?.dataset.themeChoice;
    if (!choice) return;
    const age = choices.has(choice) ? 365 * 24 * 3600 : 0;
    // biome-ignore lint/suspicious/noDocumentCookie: Safari and Firefox of our target know no Cookie Store.
    document.cookie = `theme=${choice}; path=/; max-age=${age}; samesite=lax`;
    if (choices.has(choice)) root.dataset.bsTheme = choice;
    else delete root.dataset.bsTheme;
  });
}
