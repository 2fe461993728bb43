import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { draw } from "./page.js";

const { forgetDraft, keepDrafts, notSent, restoreDraft } = await import("../drafts.js");
const HOUR = 3600 * 1000;

const FORM = `<details><form data-draft="cars/1">
  <input type="hidden" name="_key" value="k">
  <input name="note" value="stored"><textarea name="text"></textarea>
  <input type="checkbox" name="sold" value="1">
  <button type="button" data-cancel>Avbryt</button>
</form></details>`;

const kept = () => JSON.parse(sessionStorage.getItem("draft:cars/1"));

function type(form, name, text) {
  form.elements.namedItem(name).value = text;
  form.elements.namedItem(name).dispatchEvent(new Event("input", { bubbles: true }));
}

keepDrafts(document);

beforeEach(() => {
  sessionStorage.clear();
  draw(FORM);
});

test("what is typed is kept, without what the form carries for itself", () => {
  type(document.forms[0], "note", "half a sentence");
  assert.deepEqual(kept().values, [
    ["note", "half a sentence"],
    ["text", ""],
  ]);
});

test("it stands in the form again, which is opened; boxes are left alone", () => {
  type(document.forms[0], "text", "typed");
  const form = draw(FORM).querySelector("form");
  restoreDraft(form);
  assert.equal(form.elements.namedItem("text").value, "typed");
  assert.equal(form.elements.namedItem("_key").value, "k");
  assert.equal(form.elements.namedItem("sold").checked, false);
  assert.ok(form.closest("details").hasAttribute("open"));
});

test("after twelve hours it is forgotten", () => {
  mock.timers.enable({ apis: ["Date"], now: 0 });
  type(document.forms[0], "note", "old");
  mock.timers.tick(12 * HOUR);
  restoreDraft(draw(FORM).querySelector("form"));
  assert.equal(document.forms[0].elements.namedItem("note").value, "old");
  mock.timers.tick(1);
  restoreDraft(draw(FORM).querySelector("form"));
  assert.equal(document.forms[0].elements.namedItem("note").value, "stored");
  assert.equal(kept(), null);
  mock.timers.reset();
});

test("who gives up loses the draft", () => {
  type(document.forms[0], "note", "never mind");
  document.querySelector("[data-cancel]").click();
  assert.equal(kept(), null);
});

test("a form that was sent and answered by a page has done its work", () => {
  type(document.forms[0], "note", "sent");
  document.forms[0].dispatchEvent(new Event("submit", { bubbles: true }));
  keepDrafts(document);
  assert.equal(kept(), null);
});

test("a form that was sent while signed out is kept over the sign-in and the page after it", () => {
  type(document.forms[0], "note", "sent");
  document.forms[0].dispatchEvent(new Event("submit", { bubbles: true }));
  draw('<main class="bare-main"></main>');
  keepDrafts(document);
  draw(FORM);
  keepDrafts(document);
  assert.equal(document.forms[0].elements.namedItem("note").value, "sent");
  assert.equal(sessionStorage.getItem("sent"), null);
});

test("a form that was sent in vain keeps its draft", () => {
  type(document.forms[0], "note", "sent");
  document.forms[0].dispatchEvent(new Event("submit", { bubbles: true }));
  notSent();
  keepDrafts(document);
  assert.equal(document.forms[0].elements.namedItem("note").value, "sent");
  forgetDraft(document.forms[0]);
  assert.equal(kept(), null);
});
