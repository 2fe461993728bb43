// A page without a browser, for the tests of scripts that read and write one; each file has a process for itself.
import { JSDOM } from "jsdom";

const { window } = new JSDOM("", { url: "https://directapp.test/app/cars" });
const NAMES = /** @type {const} */ ([
  "addEventListener",
  "document",
  "location",
  "sessionStorage",
  "DOMParser",
  "FormData",
  "Event",
  "Element",
  "HTMLElement",
  "HTMLFormElement",
  "HTMLInputElement",
  "HTMLTableRowElement",
]);
for (const name of NAMES) Object.defineProperty(globalThis, name, { value: window[name], configurable: true });

/** @param {string} html */
export function draw(html) {
  document.body.innerHTML = html;
  return document.body;
}

/**
 * What a selector finds on the page, where it must find something.
 * @param {string} selector
 */
export const part = (selector) => element(document.querySelector(selector));

/**
 * An element that must be there.
 * @param {HTMLElement | null | undefined} found
 */
export function element(found) {
  if (!found) throw new Error("it is not on the page");
  return found;
}

/**
 * A field of the page's first form.
 * @param {string} name
 */
export const field = (name) => /** @type {HTMLInputElement} */ (document.forms[0].elements.namedItem(name));
