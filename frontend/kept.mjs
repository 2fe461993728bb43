// What the style sheet keeps although no template writes it letter by letter: class names made from a value
// ("phase-" + phase), and what a script or the browser sets.
export const kept = {
  standard: ["active", "disabled", "show", "fade", "collapsing", "collapse", "is-invalid", "is-valid", "was-validated"],
  deep: [/^phase-/, /^age-/, /^data-bs-theme$/],
  greedy: [/^htmx-/],
};
