// What Tabler's sheet keeps although no template writes it letter by letter: what the browser sets. A class name of
// Tabler's that code composes from a value is declared here; our own need no mention, their sheet is kept whole.
export const kept = { deep: [/^data-bs-theme$/] };
