// The look-up in the vehicle registry: fills a new car's form in place, and keeps what is typed beside it.
export function fillFromRegistry(page) {
  page.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-take-over]");
    if (!button) return;
    event.preventDefault();
    takeOver(button.closest("[data-registry]"), button.dataset.takeOver);
  });
  // Enter in the look-up's own box looks up; a form's first button would create the car.
  page.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches?.("[data-registry-code]")) return;
    event.preventDefault();
    event.target.closest("[data-registry]").querySelector("[data-registry-look]").click();
  });
  page.addEventListener("submit", ({ target }) => {
    if (target.matches?.("[data-registry-apply]")) forget(target);
  });
  page.addEventListener("htmx:after:swap", () => {
    const box = page.querySelector("[data-registry-code]");
    // The answer took the place of a part of the form, and with it the draft's last change: note it again.
    box?.dispatchEvent(new Event("input", { bubbles: true }));
    const asked = page.querySelector("#act #registry-code");
    if (asked && !asked.value) asked.value = typed(page);
  });
}

/** What somebody has typed in the car's own form and not saved yet. */
function typed(page) {
  return page.getElementById("vin")?.value || page.getElementById("license_plate")?.value || "";
}

function takeOver(section, answer) {
  const form = section.closest("form");
  const hidden = (name) => form.elements.namedItem(name);
  const values = JSON.parse(hidden("_registry_values").value || "{}");
  for (const box of section.querySelectorAll("input[name=_take]:checked")) {
    const input = form.elements.namedItem(box.value);
    if (!input || !("value" in input)) continue;
    input.value = box.dataset.takeText;
    values[box.value] = box.dataset.takeText;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.closest("details")?.setAttribute("open", "");
    input.classList.add("is-fetched");
  }
  hidden("_registry").value = answer;
  hidden("_registry_values").value = JSON.stringify(values);
  section.querySelector("[data-registry-changes]").hidden = true;
  const said = section.querySelector("[data-registry-done]");
  said.hidden = false;
  said.scrollIntoView({ block: "nearest" });
}

/** Fields that are taken over are the answer's now: an older draft of them must not come back. */
function forget(form) {
  const names = new Set([...form.querySelectorAll("input[name=fields]:checked")].map((box) => box.value));
  const path = form.closest("[data-registry]").dataset.registry;
  for (const key of Object.keys(sessionStorage).filter((name) => name.startsWith(`draft:${path}#`))) {
    const kept = JSON.parse(sessionStorage.getItem(key));
    kept.values = kept.values.filter(([name]) => !names.has(name));
    sessionStorage.setItem(key, JSON.stringify(kept));
  }
}
