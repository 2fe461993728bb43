// What is typed and not saved survives a sign-in that ran out, a lost network and a closed tab, in this tab's storage.
const PREFIX = "draft:";
const LIFE = 12 * 3600 * 1000;

export function keepDrafts(page) {
  restoreAll(page);
  page.addEventListener("input", ({ target }) => remember(target.form));
  page.addEventListener("change", ({ target }) => remember(target.form));
  page.addEventListener("click", ({ target }) => {
    const cancel = target.closest?.("[data-cancel]");
    if (cancel) forgetDraft(cancel.closest("form"));
  });
  // A form that was answered is the server's to show: with what was typed where something is wrong.
  page.addEventListener("htmx:before:swap", ({ target }) => forgetDraft(target.closest?.("form[data-draft]")));
  page.addEventListener("submit", ({ target }) => {
    if (target.dataset?.draft) sessionStorage.setItem("sent", target.dataset.draft);
  });
}

function remember(form) {
  if (!form?.dataset?.draft) return;
  const values = [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !name.startsWith("_"));
  sessionStorage.setItem(PREFIX + form.dataset.draft, JSON.stringify({ at: Date.now(), values }));
}

/** The draft of a form has done its work. */
export function forgetDraft(form) {
  if (!form?.dataset?.draft) return;
  sessionStorage.removeItem(PREFIX + form.dataset.draft);
  if (sessionStorage.getItem("sent") === form.dataset.draft) sessionStorage.removeItem("sent");
}

/** A form was sent in vain: what was typed is still only here. */
export function notSent() {
  sessionStorage.removeItem("sent");
}

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
  for (const form of page.querySelectorAll("form[data-draft]")) restoreDraft(form);
}

/** Puts what was typed back into a form, where a draft of it is kept. */
export function restoreDraft(form) {
  const kept = JSON.parse(sessionStorage.getItem(PREFIX + form.dataset.draft) ?? "null");
  if (!kept || Date.now() - kept.at > LIFE) return forgetDraft(form);
  for (const [name, value] of kept.values) {
    const input = form.elements.namedItem(name);
    if (input && "value" in input && input.type !== "checkbox" && input.type !== "radio") input.value = value;
  }
  form.closest("details")?.setAttribute("open", "");
}
