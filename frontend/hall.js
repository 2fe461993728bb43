// The wall display: the clock, pages that turn by themselves, and the cars read anew.
const TURN = 10_000;
const READ = 15_000;
const TICK = 1000;

const page = document;
const root = page.querySelector("[data-hall]");
if (root) begin(root);

/** @param {HTMLElement} root */
function begin(root) {
  let turn = 0;
  let clock = "";
  const lay = () => {
    for (const column of root.querySelectorAll(".hall-column")) turnColumn(column, turn, root.dataset.page ?? "");
  };
  const tick = () => {
    const now = new Date().toLocaleTimeString("nb-NO", { hour: "2-digit", minute: "2-digit", timeZone: "Europe/Oslo" });
    const place = root.querySelector("[data-hall-clock]");
    if (place && place.textContent !== now) place.textContent = now;
  };
  const read = async () => {
    const lost = /** @type {HTMLElement} */ (root.querySelector("[data-hall-lost]"));
    const answer = await fetch(location.href).catch(() => undefined);
    // A link that is revoked shows nothing more.
    if (answer?.status === 404) return location.reload();
    lost.hidden = Boolean(answer?.ok);
    if (!answer?.ok) {
      lost.textContent = (root.dataset.lost ?? "").replace("{clock}", clock);
      return;
    }
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const columns = fresh.querySelector("[data-hall-columns]");
    clock = fresh.querySelector("[data-hall-clock]")?.textContent ?? clock;
    if (columns) root.querySelector("[data-hall-columns]")?.replaceWith(page.importNode(columns, true));
    lay();
  };
  clock = root.querySelector("[data-hall-clock]")?.textContent ?? "";
  tick();
  lay();
  setInterval(tick, TICK);
  setInterval(read, READ);
  setInterval(() => {
    turn += 1;
    lay();
  }, TURN);
  addEventListener("resize", lay);
}

/**
 * Shows of a column's cars as many as fit, from one page to the next; late ones stand on the first.
 * @param {HTMLElement} column
 * @param {number} turn
 * @param {string} said
 */
function turnColumn(column, turn, said) {
  const list = /** @type {HTMLElement} */ (column.querySelector(".hall-cars"));
  /** @type {HTMLElement[]} */
  const cars = [...list.querySelectorAll(".hall-car")];
  for (const car of cars) car.hidden = false;
  const pages = pagesOf(
    cars.map((car) => car.getBoundingClientRect().bottom - list.getBoundingClientRect().top),
    list.clientHeight,
  );
  const shown = turn % pages.length;
  const [from, to] = pages[shown];
  for (const [n, car] of cars.entries()) car.hidden = n < from || n >= to;
  const place = /** @type {HTMLElement} */ (column.querySelector("[data-hall-page]"));
  place.textContent =
    pages.length > 1 ? said.replace("{n}", String(shown + 1)).replace("{all}", String(pages.length)) : "";
}

/**
 * The first and the last (not included) of each page, by how far down each car ends.
 * @param {number[]} ends
 * @param {number} height
 */
function pagesOf(ends, height) {
  /** @type {[from: number, to: number][]} */
  const pages = [];
  let from = 0;
  let above = 0;
  for (const [n, end] of ends.entries()) {
    if (end - above <= height || n === from) continue;
    pages.push([from, n]);
    from = n;
    above = ends[n - 1];
  }
  pages.push([from, ends.length]);
  return pages;
}
