// A page without a browser, for the tests of scripts that read and write one; each file has a process for itself.
import { JSDOM } from "jsdom";

const { window } = new JSDOM("", { url: "https://directapp.test/app/cars" });
for (const name of [
  "document",
  "sessionStorage",
  "FormData",
  "Event",
  "Element",
  "HTMLElement",
  "HTMLFormElement",
  "HTMLInputElement",
  "HTMLTableRowElement",
]) {
  Object.defineProperty(globalThis, name, { value: window[name], configurable: true });
}

export function draw(html) {
  document.body.innerHTML = html;
  return document.body;
}
