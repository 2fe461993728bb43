// What is typed and not saved survives a sign-in that ran out, a lost network and a closed tab, in this tab's storage.
const PREFIX = "draft:";
const LIFE = 12 * 3600 * 1000;

/** @param {Document} page */
export function keepDrafts(page) {
  restoreAll(page);
  page.addEventListener("input", ({ target }) => remember(formOf(target)));
  page.addEventListener("change", ({ target }) => remember(formOf(target)));
  page.addEventListener("click", ({ target }) => {
    const cancel = closest(target, "[data-cancel]");
    if (cancel) forgetDraft(cancel.closest("form"));
  });
  // A form that was answered is the server's to show: with what was typed where something is wrong.
  page.addEventListener("htmx:before:swap", ({ target }) => forgetDraft(formOf(closest(target, "form[data-draft]"))));
  page.addEventListener("submit", ({ target }) => {
    const draft = formOf(target)?.dataset.draft;
    if (draft) sessionStorage.setItem("sent", draft);
  });
}

/** @type {(place: EventTarget | null, selector: string) => Element | null} */
function closest(place, selector) {
  return place instanceof Element ? place.closest(selector) : null;
}

/**
 * The form that something is, or belongs to.
 * @type {(place: EventTarget | null) => HTMLFormElement | null}
 */
function formOf(place) {
  if (place instanceof HTMLFormElement) return place;
  return place instanceof HTMLElement && "form" in place && place.form instanceof HTMLFormElement ? place.form : null;
}

/** @param {HTMLFormElement | null} form */
function remember(form) {
  if (!form?.dataset.draft) return;
  const values = [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !name.startsWith("_"));
  sessionStorage.setItem(PREFIX + form.dataset.draft, JSON.stringify({ at: Date.now(), values }));
}

/**
 * The draft of a form has done its work.
 * @param {HTMLFormElement | null | undefined} form
 */
export function forgetDraft(form) {
  if (!form?.dataset.draft) return;
  sessionStorage.removeItem(PREFIX + form.dataset.draft);
  if (sessionStorage.getItem("sent") === form.dataset.draft) sessionStorage.removeItem("sent");
}

/** A form was sent in vain: what was typed is still only here. */
export function notSent() {
  sessionStorage.removeItem("sent");
}

/** @param {Document} page */
function restoreAll(page) {
  const sent = sessionStorage.getItem("sent");
  if (sent && !page.querySelector(".bare-main")) {
    sessionStorage.removeItem("sent");
    // Sent and answered by a page of ours: the draft has done its work, unless the answer was the sign-in.
    if (!sessionStorage.getItem("signed-out")) sessionStorage.removeItem(PREFIX + sent);
    sessionStorage.removeItem("signed-out");
  } else if (sent) {
    sessionStorage.setItem("signed-out", "1");
  }
  for (const form of page.forms) if (form.dataset.draft) restoreDraft(form);
}

/**
 * Puts what was typed back into a form, where a draft of it is kept.
 * @param {HTMLFormElement} form
 */
export function restoreDraft(form) {
  const kept = JSON.parse(sessionStorage.getItem(PREFIX + form.dataset.draft) ?? "null");
  if (!kept || Date.now() - kept.at > LIFE) return forgetDraft(form);
  let differs = false;
  for (const [name, value] of kept.values) {
    const input = form.elements.namedItem(name);
    const isBox = input instanceof HTMLInputElement && (input.type === "checkbox" || input.type === "radio");
    if (!input || !("value" in input) || isBox) continue;
    differs ||= input.value !== value;
    input.value = value;
  }
  if (differs) mark(form);
  form.closest("details")?.setAttribute("open", "");
}

/**
 * Says on a form that what stands in it is not saved.
 * @param {HTMLFormElement} form
 */
function mark(form) {
  /** @type {HTMLTemplateElement | null} */
  const words = document.querySelector("template[data-unsaved]");
  if (words && !form.querySelector(".is-unsaved")) form.prepend(words.content.cloneNode(true));
}
