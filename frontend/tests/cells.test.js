import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { along, beside, editableAt, headOf } from "../cells-walk.js";
import { draw } from "./page.js";

/** @param {number} n */
const line = (n) => `<tr data-row><th><a href="/app/cars/${n}">${n}</a></th><td>a${n}</td><td>b${n}</td></tr>`;
const LIST = `<table><thead><tr><th data-field="plate"></th><th data-field="note" data-edit></th>
  <th data-field="spot" data-edit></th></tr></thead>
  <tbody>${line(1)}<tr class="gap"><td colspan="3"></td></tr>${line(2)}</tbody></table>`;

/** @param {number} n */
const row = (n) => /** @type {HTMLTableRowElement} */ (document.querySelectorAll("[data-row]")[n - 1]);
/** @type {(n: number, place: number) => HTMLTableCellElement} */
const cell = (n, place) => row(n).cells[place];

beforeEach(() => draw(LIST));

test("a cell is edited where its column says so", () => {
  assert.equal(headOf(cell(2, 1))?.dataset.field, "note");
  assert.equal(editableAt(cell(1, 0)), null);
  assert.equal(editableAt(cell(1, 1)), cell(1, 1));
  assert.equal(editableAt(document.querySelector(".gap td")), null);
  assert.equal(editableAt(document.querySelector("thead th")), null);
  assert.equal(editableAt(document), null);
});

test("from its row one comes to the first cell that can be edited, and never backwards", () => {
  assert.equal(along(row(1), null, 1), cell(1, 1));
  assert.equal(along(row(1), null, -1), null);
});

test("left and right go along the cells that can be edited, and stop at the ends", () => {
  assert.equal(along(row(1), cell(1, 1), 1), cell(1, 2));
  assert.equal(along(row(1), cell(1, 2), -1), cell(1, 1));
  assert.equal(along(row(1), cell(1, 2), 1), null);
  assert.equal(along(row(1), cell(1, 1), -1), null);
});

test("a cell that cannot be edited leads to the first that can", () => {
  assert.equal(along(row(1), cell(1, 0), 1), cell(1, 1));
});

test("up and down stay in the column and step over what is no row", () => {
  assert.equal(beside(row(1), cell(1, 2), 1), cell(2, 2));
  assert.equal(beside(row(2), cell(2, 1), -1), cell(1, 1));
  assert.equal(beside(row(1), cell(1, 2), -1), null);
  assert.equal(beside(row(2), cell(2, 2), 1), null);
});
