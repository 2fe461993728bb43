// The plan by keyboard: arrows choose a booking, M picks it up, arrows move it, Enter puts it down, Escape gives up.
import { between, shift, stepped } from "./plan-time.js";

const STEP = 15;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export function planKeys(page, plan) {
  const { root } = plan;
  let held = null;

  page.addEventListener(
    "keydown",
    (event) => held && !event.ctrlKey && !event.metaKey && !event.altKey && whileHeld(event),
    true,
  );
  root.addEventListener("keydown", (event) => {
    if (held || event.ctrlKey || event.metaKey || event.altKey) return;
    const id = event.target.closest?.("[data-booking]")?.dataset.booking;
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
    plan.focused = target.dataset.booking;
    target.setAttribute("tabindex", "0");
    target.setAttribute("aria-label", plan.label(plan.focused));
  });
  // Drawn anew it loses the focus to nobody; who goes elsewhere lets go of it.
  root.addEventListener("focusout", ({ relatedTarget }) => {
    if (!relatedTarget || root.contains(relatedTarget)) return;
    plan.focused = undefined;
    if (held) putBack();
  });
  page.addEventListener("pointerdown", () => held && putBack());

  function act(event, deed) {
    event.preventDefault();
    event.stopPropagation();
    deed();
  }

  function choose(id, across, down) {
    const mine = plan.rows.get(id);
    const inRow = (resource) =>
      [...plan.rows.values()].filter((r) => r.row === resource).sort((a, b) => (a.start < b.start ? -1 : 1));
    if (across) {
      const row = inRow(mine.row);
      return focus(row[row.indexOf(mine) + across]?.id);
    }
    const order = plan.resources.map((r) => r.id);
    for (let n = order.indexOf(mine.row) + down; n >= 0 && n < order.length; n += down) {
      const row = inRow(order[n]);
      if (!row.length) continue;
      const near = row.reduce((best, r) =>
        Math.abs(between(mine.start, r.start)) < Math.abs(between(mine.start, best.start)) ? r : best,
      );
      plan.showRows([order[n]]);
      return setTimeout(() => focus(near.id), 0);
    }
  }

  function focus(id) {
    const found = id && root.querySelector(`[data-booking="${CSS.escape(id)}"]`);
    if (!found) return;
    found.scrollIntoView({ block: "nearest", inline: "nearest" });
    found.focus();
  }

  function pickUp(id) {
    const row = plan.rows.get(id);
    if (!row.movable && !row.resizable) return plan.say(plan.words.locked, "bad");
    held = {
      id,
      was: { start: row.start, end: row.end, resource: row.row },
      start: row.start,
      end: row.end,
      resource: row.row,
    };
    plan.held = true;
    plan.lifted = id;
    plan.hold();
    plan.draw(id, held, true);
    plan.say(plan.words.said_up.replace("{title}", row.title).replace("{when}", plan.span(held)));
    setTimeout(() => focus(id), 30);
  }

  function whileHeld(event) {
    if (event.key === "Escape") return act(event, putBack);
    if (event.key === "Enter" || event.key === " " || event.key.toLowerCase() === "m") return act(event, putDown);
    if (!(event.key in ARROWS)) return;
    act(event, () => {
      const [across, down] = ARROWS[event.key];
      const row = plan.rows.get(held.id);
      if (event.shiftKey && across) stretch(across);
      else if (row.movable) move(across, down);
      const values = plan.valuesOf(held.id, held);
      plan.draw(held.id, held, true);
      plan.say(plan.fill("said_at", held));
      plan.ask(values, held, true);
      setTimeout(() => held && focus(held.id), 30);
    });
  }

  function stretch(across) {
    const end = shift(held.end, across * STEP);
    if (between(held.start, end) >= STEP) held.end = end;
  }

  function move(across, down) {
    if (down) {
      const able = plan.resources.filter((r) => !r.elsewhere);
      const to = able[able.findIndex((r) => r.id === held.resource) + down];
      if (to) held.resource = to.id;
      return;
    }
    Object.assign(held, stepped(held, across * STEP, plan));
  }

  function putBack() {
    const { id, was } = held;
    held = null;
    plan.held = false;
    plan.lifted = undefined;
    plan.root.classList.remove("is-refusing");
    plan.server.forget();
    plan.verdict.hide();
    plan.draw(id, was, false);
    plan.release();
    plan.say(plan.words.said_kept);
    setTimeout(() => focus(id), 30);
  }

  async function putDown() {
    const { id, was, ...to } = held;
    if (to.start === was.start && to.end === was.end && to.resource === was.resource) return putBack();
    held = null;
    plan.lifted = undefined;
    plan.server.forget();
    plan.verdict.hide();
    plan.draw(id, to);
    const said = await plan.move(id, to);
    plan.held = false;
    plan.release();
    plan.say(said.ok ? plan.fill("said_down", to) : `${plan.words.said_back} ${said.why}`, said.ok ? "" : "bad");
    setTimeout(() => focus(id), 30);
  }
}
