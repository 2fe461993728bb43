// Passkeys: the browser makes or shows one, and the form that stands around the button takes its answer along.

/** @param {Document} page */
export function usePasskeys(page) {
  if (!globalThis.PublicKeyCredential?.parseRequestOptionsFromJSON) return;
  page.documentElement.dataset.passkeys = "1";
  page.addEventListener("click", ({ target }) => {
    const button = target.closest?.("[data-passkey]");
    if (button) ask(page, button);
  });
}

/**
 * @param {Document} page
 * @param {HTMLElement} button
 */
async function ask(page, button) {
  const form = /** @type {HTMLFormElement} */ (button.closest("form"));
  const said = form.querySelector("[data-passkey-said]");
  const { ask: address = "", into = "", passkey, failed = "" } = button.dataset;
  try {
    const body = new URLSearchParams(/** @type {TextData} */ (new FormData(form)));
    const answer = await fetch(address, { method: "POST", body, headers: { accept: "application/json" } });
    if (!answer.headers.get("content-type")?.includes("json")) throw new Error(String(answer.status));
    const asked = await answer.json();
    const made = await (passkey === "make"
      ? navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(asked) })
      : navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(asked) }));
    const field = page.createElement("input");
    const value = JSON.stringify(/** @type {PublicKeyCredential} */ (made).toJSON());
    Object.assign(field, { type: "hidden", name: into, value });
    form.append(field);
    form.noValidate = true;
    form.requestSubmit();
  } catch {
    if (said) Object.assign(said, { hidden: false, textContent: failed });
  }
}
