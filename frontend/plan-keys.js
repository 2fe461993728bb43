// The plan by keyboard: arrows choose a booking, M picks it up, arrows move it, Enter puts it down, Escape gives up.
import { between, shift, stepped } from "./plan-time.js";

const STEP = 15;
/** @type {Record<string, [across: number, down: number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * @typedef {import("./plan-bookings.js").Stand} Stand
 * @typedef {Stand & { id: string, was: Stand }} Held A booking that was picked up, and where it came from.
 */

/**
 * @param {Document} page
 * @param {import("./plan-page.js").Plan} plan
 */
export function planKeys(page, plan) {
  const { root, bookings, hand, words } = plan;
  /** @type {Held | null} */
  let held = null;

  page.addEventListener(
    "keydown",
    (event) => held && !event.ctrlKey && !event.metaKey && !event.altKey && whileHeld(event, held),
    true,
  );
  page.addEventListener("keydown", (event) => {
    if (held || event.ctrlKey || event.metaKey || event.altKey) return;
    // While its booking is drawn anew nothing has the focus, and a key is meant for the booking all the same.
    const isNobodys = event.target === page.body && !page.querySelector("dialog[open]");
    const id = event.target.closest?.("[data-booking]")?.dataset.booking ?? (isNobodys ? hand.focused : undefined);
    if (!id) return;
    if (event.key in ARROWS) return act(event, () => choose(id, ...ARROWS[event.key]));
    if (event.key.toLowerCase() === "m") return act(event, () => pickUp(id));
  });
  page.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) || page.querySelector("dialog[open]");
    if (event.key !== "n" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const link = page.querySelector("a[data-new]");
    if (link) act(event, () => link.click());
  });
  root.addEventListener("focusin", ({ target }) => {
    if (!target.dataset?.booking) return;
    for (const other of root.querySelectorAll('[data-booking][tabindex="0"]')) other.setAttribute("tabindex", "-1");
    const id = target.dataset.booking;
    hand.focus(id);
    target.setAttribute("tabindex", "0");
    target.setAttribute("aria-label", plan.label(id));
  });
  // Drawn anew it loses the focus to nobody; who goes elsewhere lets go of it.
  root.addEventListener("focusout", ({ relatedTarget }) => {
    if (!relatedTarget || root.contains(relatedTarget)) return;
    hand.focus(undefined);
    if (held) putBack(held);
  });
  page.addEventListener("pointerdown", ({ target }) => {
    if (held) putBack(held);
    if (!target.closest?.("[data-booking]")) hand.focus(undefined);
  });

  /**
   * @param {Event} event
   * @param {() => void} deed
   */
  function act(event, deed) {
    event.preventDefault();
    event.stopPropagation();
    deed();
  }

  /** @param {string} resource */
  function inRow(resource) {
    return bookings
      .rows()
      .filter((r) => r.row === resource)
      .sort((a, b) => (a.start < b.start ? -1 : 1));
  }

  /**
   * @param {string} id
   * @param {number} across
   * @param {number} down
   */
  function choose(id, across, down) {
    const mine = bookings.get(id);
    if (!mine) return;
    if (across) {
      const row = inRow(mine.row);
      return focus(row[row.indexOf(mine) + across]?.id);
    }
    const order = bookings.shown.resources.map((r) => r.id);
    for (let n = order.indexOf(mine.row) + down; n >= 0 && n < order.length; n += down) {
      const row = inRow(order[n]);
      if (!row.length) continue;
      const near = row.reduce((best, r) =>
        Math.abs(between(mine.start, r.start)) < Math.abs(between(mine.start, best.start)) ? r : best,
      );
      plan.drawing.showRows([order[n]]);
      return void setTimeout(() => focus(near.id), 0);
    }
  }

  /** @param {string | undefined} id */
  function focus(id) {
    const found = id && root.querySelector(`[data-booking="${CSS.escape(id)}"]`);
    if (!found) return;
    found.scrollIntoView({ block: "nearest", inline: "nearest" });
    found.focus();
  }

  /** @param {string} id */
  function pickUp(id) {
    const row = bookings.get(id);
    if (!row) return;
    if (!row.movable && !row.resizable) return plan.say(words.locked, "bad");
    const was = { start: row.start, end: row.end, resource: row.row };
    held = { id, was, ...was };
    hand.liftByKeys(id);
    plan.late.hold();
    plan.draw(id, held, true);
    plan.say(words.said_up.replace("{title}", row.title).replace("{when}", plan.span(held)));
    setTimeout(() => focus(id), 30);
  }

  /**
   * @param {KeyboardEvent} event
   * @param {Held} mine
   */
  function whileHeld(event, mine) {
    if (event.key === "Escape") return act(event, () => putBack(mine));
    if (event.key === "Enter" || event.key === " " || event.key.toLowerCase() === "m")
      return act(event, () => putDown(mine));
    if (!(event.key in ARROWS)) return;
    act(event, () => {
      const [across, down] = ARROWS[event.key];
      if (event.shiftKey && across) stretch(mine, across);
      else if (bookings.get(mine.id)?.movable) move(mine, across, down);
      const values = bookings.changes(mine.id, mine);
      plan.draw(mine.id, mine, true);
      plan.say(plan.fill("said_at", mine));
      plan.ask(values, mine, true);
      setTimeout(() => held && focus(held.id), 30);
    });
  }

  /**
   * @param {Held} mine
   * @param {number} across
   */
  function stretch(mine, across) {
    const end = shift(mine.end, across * STEP);
    if (between(mine.start, end) >= STEP) mine.end = end;
  }

  /**
   * @param {Held} mine
   * @param {number} across
   * @param {number} down
   */
  function move(mine, across, down) {
    const { resources, limits, days } = bookings.shown;
    if (down) {
      const able = resources.filter((r) => !r.elsewhere);
      const to = able[able.findIndex((r) => r.id === mine.resource) + down];
      if (to) mine.resource = to.id;
      return;
    }
    Object.assign(mine, stepped(mine, across * STEP, { limits, days }));
  }

  /** @param {Held} mine */
  function putBack({ id, was }) {
    held = null;
    hand.leaveKeys();
    root.classList.remove("is-refusing");
    plan.server.forget();
    plan.verdict.hide();
    plan.draw(id, was, false);
    plan.late.release();
    plan.say(words.said_kept);
    setTimeout(() => focus(id), 30);
  }

  /** @param {Held} mine */
  async function putDown(mine) {
    const { id, was, ...to } = mine;
    if (to.start === was.start && to.end === was.end && to.resource === was.resource) return putBack(mine);
    held = null;
    hand.putDown();
    plan.server.forget();
    plan.verdict.hide();
    plan.draw(id, to);
    const said = await plan.turns.move(id, to);
    hand.leaveKeys();
    plan.late.release();
    plan.sayMoved(to, said);
    setTimeout(() => focus(id), 30);
  }
}
