// A note may be spoken where the browser understands speech; elsewhere there is no microphone and one types.

/** @typedef {SpeechRecognition & { button?: HTMLElement }} Hearing What is being heard, and the button that began it. */

/** @type {Record<string, string>} */
const LANGUAGES = { nb: "nb-NO", en: "en-GB" };

/** @param {Document} page */
export function takeDictation(page) {
  const Recognition = window.SpeechRecognition ?? window.webkitSpeechRecognition;
  if (!Recognition) return;
  const settle = () => {
    for (const button of page.querySelectorAll("[data-dictate][hidden]")) button.hidden = false;
  };
  settle();
  page.addEventListener("htmx:after:swap", settle);
  /** @type {Hearing | null} */
  let heard = null;
  page.addEventListener("click", ({ target }) => {
    const button = target.closest?.("[data-dictate]");
    if (!button) return;
    const running = heard;
    heard?.stop();
    if (running?.button === button) return;
    const field = /** @type {Field} */ (page.getElementById(button.dataset.dictate ?? ""));
    heard = listen(new Recognition(), button, field);
    const mine = heard;
    heard.addEventListener("end", () => {
      if (heard === mine) heard = null;
    });
  });
}

/**
 * @param {Hearing} recognition
 * @param {HTMLElement} button
 * @param {Field} field
 */
function listen(recognition, button, field) {
  const before = field.value.trimEnd();
  const words = /** @type {HTMLElement} */ (button.querySelector("span"));
  recognition.button = button;
  recognition.lang = LANGUAGES[document.documentElement.lang] ?? LANGUAGES.nb;
  recognition.continuous = true;
  recognition.interimResults = true;
  recognition.addEventListener("start", () => button.setAttribute("aria-pressed", "true"));
  recognition.addEventListener("result", ({ results }) => {
    const said = [...results].map(([best]) => best.transcript.trim()).join(" ");
    field.value = [before, said].filter(Boolean).join(" ");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
  recognition.addEventListener("error", ({ error }) => {
    if (error === "not-allowed" || error === "service-not-allowed")
      button.title = words.textContent = button.dataset.refused ?? "";
  });
  recognition.addEventListener("end", () => {
    button.setAttribute("aria-pressed", "false");
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });
  recognition.start();
  return recognition;
}
