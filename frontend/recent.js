// What a person opened and searched for last on this device: the search box offers it before anything is typed.

/** @typedef {import("./palette.js").Found} Found */

const MOST = 8;
const MOST_SEARCHES = 5;
const SHORTEST = 2;
const RECORD = /^\/app\/[a-z_]+\/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Keeps the record of a page as the last that was opened.
 * @param {Document} page
 * @param {Storage} storage
 * @param {string} kind What such a line is called in the search box.
 */
export function remember(page, storage, kind) {
  const href = page.location.pathname;
  const label = page.querySelector("#head h1")?.textContent?.trim().replace(/\s+/g, " ");
  if (!label || !RECORD.test(href)) return;
  const before = kept(page, storage).filter((found) => found.href !== href);
  storage.setItem(place(page, "recent"), JSON.stringify([{ kind, label, hint: "", href }, ...before].slice(0, MOST)));
}

/**
 * Returns what was opened last by this person, without the page that is open.
 * @param {Document} page
 * @param {Storage} storage
 */
export function lately(page, storage) {
  return kept(page, storage).filter((found) => found.href !== page.location.pathname);
}

/**
 * Keeps what was searched for as the last search, in the search box or in a list.
 * @param {Document} page
 * @param {Storage} storage
 * @param {string} words
 */
export function rememberSearch(page, storage, words) {
  const asked = words.trim();
  if (asked.length < SHORTEST) return;
  const before = searched(page, storage).filter((one) => one.toLowerCase() !== asked.toLowerCase());
  storage.setItem(place(page, "searched"), JSON.stringify([asked, ...before].slice(0, MOST_SEARCHES)));
}

/**
 * Returns what this person searched for last, the last first.
 * @param {Document} page
 * @param {Storage} storage
 * @returns {string[]}
 */
export function searched(page, storage) {
  return JSON.parse(storage.getItem(place(page, "searched")) ?? "[]");
}

/**
 * @param {Document} page
 * @param {Storage} storage
 * @returns {Found[]}
 */
function kept(page, storage) {
  return JSON.parse(storage.getItem(place(page, "recent")) ?? "[]");
}

/**
 * @param {Document} page
 * @param {string} what
 */
function place(page, what) {
  /** @type {HTMLMetaElement | null} */
  const person = page.querySelector('meta[name="person"]');
  return `${what}:${person?.content ?? ""}`;
}
