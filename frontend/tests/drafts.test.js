import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { draw, field, part } from "./page.js";

const { forgetDraft, keepDrafts, notSent, restoreDraft } = await import("../drafts.js");
const HOUR = 3600 * 1000;

const FORM = `<details><form data-draft="cars/1">
  <input type="hidden" name="_key" value="k">
  <input name="note" value="stored"><textarea name="text"></textarea>
  <input type="checkbox" name="sold" value="1">
  <button type="button" data-cancel>Avbryt</button>
</form></details>`;

const kept = () => JSON.parse(sessionStorage.getItem("draft:cars/1") ?? "null");

/** @type {(name: string, text: string) => void} */
function type(name, text) {
  field(name).value = text;
  field(name).dispatchEvent(new Event("input", { bubbles: true }));
}

function drawAndRestore() {
  draw(FORM);
  restoreDraft(document.forms[0]);
}

keepDrafts(document);

beforeEach(() => {
  sessionStorage.clear();
  draw(FORM);
});

test("what is typed is kept, without what the form carries for itself", () => {
  type("note", "half a sentence");
  assert.deepEqual(kept().values, [
    ["note", "half a sentence"],
    ["text", ""],
  ]);
});

test("it stands in the form again, which is opened; boxes are left alone", () => {
  type("text", "typed");
  drawAndRestore();
  assert.equal(field("text").value, "typed");
  assert.equal(field("_key").value, "k");
  assert.equal(field("sold").checked, false);
  assert.ok(part("details").hasAttribute("open"));
});

test("a form that differs from what is stored says that it is not saved", () => {
  type("note", "typed");
  draw(`<template data-unsaved><p class="is-unsaved">Not saved</p></template>${FORM}`);
  restoreDraft(document.forms[0]);
  restoreDraft(document.forms[0]);
  assert.equal(document.querySelectorAll(".is-unsaved").length, 1);
  type("note", "stored");
  draw(`<template data-unsaved><p class="is-unsaved">Not saved</p></template>${FORM}`);
  restoreDraft(document.forms[0]);
  assert.equal(document.querySelectorAll(".is-unsaved").length, 0);
});

test("after twelve hours it is forgotten", () => {
  mock.timers.enable({ apis: ["Date"], now: 0 });
  type("note", "old");
  mock.timers.tick(12 * HOUR);
  drawAndRestore();
  assert.equal(field("note").value, "old");
  mock.timers.tick(1);
  drawAndRestore();
  assert.equal(field("note").value, "stored");
  assert.equal(kept(), null);
  mock.timers.reset();
});

test("who gives up loses the draft", () => {
  type("note", "never mind");
  part("[data-cancel]").click();
  assert.equal(kept(), null);
});

test("a form that was sent and answered by a page has done its work", () => {
  type("note", "sent");
  document.forms[0].dispatchEvent(new Event("submit", { bubbles: true }));
  keepDrafts(document);
  assert.equal(kept(), null);
});

test("a form that was sent while signed out is kept over the sign-in and the page after it", () => {
  type("note", "sent");
  document.forms[0].dispatchEvent(new Event("submit", { bubbles: true }));
  draw('<main class="bare-main"></main>');
  keepDrafts(document);
  draw(FORM);
  keepDrafts(document);
  assert.equal(field("note").value, "sent");
  assert.equal(sessionStorage.getItem("sent"), null);
});

test("a form that was sent in vain keeps its draft", () => {
  type("note", "sent");
  document.forms[0].dispatchEvent(new Event("submit", { bubbles: true }));
  notSent();
  keepDrafts(document);
  assert.equal(field("note").value, "sent");
  forgetDraft(document.forms[0]);
  assert.equal(kept(), null);
});
