// From cell to cell of a list: which of them may be edited, and which is the next.

/**
 * The cell at a place of the page, where its column may be edited by this person.
 * @param {EventTarget | null} place
 */
export function editableAt(place) {
  /** @type {HTMLTableCellElement | null} */
  const cell = place instanceof Element ? place.closest("[data-row] > td, [data-row] > th") : null;
  return cell && headOf(cell)?.hasAttribute("data-edit") ? cell : null;
}

/**
 * The head of a cell's column.
 * @param {HTMLTableCellElement} cell
 */
export function headOf(cell) {
  return cell.closest("table")?.tHead?.rows[0].cells[cell.cellIndex];
}

/**
 * The next cell of a row that may be edited, from one of its cells or from its beginning.
 * @param {HTMLTableRowElement} row
 * @param {HTMLTableCellElement | null} cell
 * @param {number} step
 */
export function along(row, cell, step) {
  const cells = [...row.cells].filter(editableAt);
  const here = cell ? cells.indexOf(cell) : -1;
  if (here < 0) return step > 0 ? cells[0] : null;
  return cells[here + step] ?? null;
}

/**
 * The cell of the same column in the next row, whatever stands between them.
 * @param {HTMLTableRowElement} row
 * @param {HTMLTableCellElement} cell
 * @param {number} step
 */
export function beside(row, cell, step) {
  /** @type {Element | null} */
  let other = row;
  do other = step > 0 ? other.nextElementSibling : other.previousElementSibling;
  while (other && !other.matches("[data-row]"));
  return other instanceof HTMLTableRowElement ? (other.cells[cell.cellIndex] ?? null) : null;
}
