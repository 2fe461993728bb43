// A note may be spoken where the browser understands speech; elsewhere there is no microphone and one types.
const LANGUAGES = { nb: "nb-NO", en: "en-GB" };

export function takeDictation(page) {
  const Recognition = window.SpeechRecognition ?? window.webkitSpeechRecognition;
  if (!Recognition) return;
  const settle = () => {
    for (const button of page.querySelectorAll("[data-dictate][hidden]")) button.hidden = false;
  };
  settle();
  page.addEventListener("htmx:after:swap", settle);
  let heard = null;
  page.addEventListener("click", ({ target }) => {
    const button = target.closest?.("[data-dictate]");
    if (!button) return;
    const running = heard;
    heard?.stop();
    if (running?.button === button) return;
    heard = listen(new Recognition(), button, page.getElementById(button.dataset.dictate));
    const mine = heard;
    heard.addEventListener("end", () => {
      if (heard === mine) heard = null;
    });
  });
}

function listen(recognition, button, field) {
  const before = field.value.trimEnd();
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
      button.title = button.querySelector("span").textContent = button.dataset.refused;
  });
  recognition.addEventListener("end", () => {
    button.setAttribute("aria-pressed", "false");
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });
  recognition.start();
  return recognition;
}
