// Counts in the reader's language: a page carries a text's forms by their plural category, as JSON.

/**
 * Returns the form that goes with a count, the count in its place.
 * @param {string} forms
 * @param {number} count
 * @returns {string}
 */
export function counted(forms, count) {
  /** @type {Record<string, string>} */
  const known = JSON.parse(forms);
  const category = new Intl.PluralRules(document.documentElement.lang).select(count);
  return (known[category] ?? known.other ?? "").replace("{count}", String(count));
}
