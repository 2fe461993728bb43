// A waiting car is dragged from the list onto a row; the mark beside the hand says whether it fits there, and why not.
import { shift, wallOf } from "./plan-time.js";

const FAR = 6;

/**
 * @typedef {{ want: HTMLElement, x: number, y: number, moved: boolean, ghost?: HTMLElement, to?: Place | null }} Drag
 * @typedef {import("./plan-bookings.js").Stand & { key: string }} Place
 */

/**
 * @param {Document} page
 * @param {import("./plan-page.js").Plan} plan
 */
export function dragWaiting(page, plan) {
  /** @type {Drag | null} */
  let drag = null;
  page.addEventListener("pointerdown", (event) => {
    const want = event.pointerType === "mouse" && event.button === 0 && event.target.closest?.("[data-want]");
    if (want) drag = { want, x: event.clientX, y: event.clientY, moved: false };
  });
  page.addEventListener("pointermove", (event) => {
    if (!drag) return;
    if (!drag.moved && Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < FAR) return;
    if (!drag.moved) begin(drag);
    over(drag, event);
  });
  page.addEventListener("pointerup", () => drag?.moved && drop(drag));
  page.addEventListener("pointerup", () => (drag = drag?.moved ? drag : null));
  page.addEventListener("pointercancel", end);
  page.addEventListener("keydown", (event) => event.key === "Escape" && drag?.moved && end());
  page.addEventListener("selectstart", (event) => drag && event.preventDefault());
  page.addEventListener("dragstart", (event) => event.target.closest?.("[data-want]") && event.preventDefault());
  // The click that ends a drag opens nothing.
  page.addEventListener(
    "click",
    (event) => event.target.closest?.("[data-want]")?.dataset.dragged && event.preventDefault(),
    true,
  );

  /** @param {Drag} mine */
  function begin(mine) {
    mine.moved = true;
    mine.want.dataset.dragged = "1";
    mine.ghost = page.createElement("div");
    mine.ghost.className = `plan-ghost ${[...mine.want.classList].find((name) => name.startsWith("hue-")) ?? ""}`;
    mine.ghost.textContent = mine.want.dataset.title ?? "";
    page.body.append(mine.ghost);
    page.documentElement.classList.add("is-planning");
    plan.late.hold();
  }

  /**
   * @param {Drag} mine
   * @param {PointerEvent} event
   */
  function over(mine, { clientX, clientY }) {
    const found = plan.drawing.at(clientX, clientY);
    const ghost = /** @type {HTMLElement} */ (mine.ghost);
    const minutes = Math.round(Number(mine.want.dataset.hours) * 60);
    const resource = found?.resource?.id;
    ghost.classList.toggle("is-placed", Boolean(resource));
    ghost.style.width = resource ? `${plan.drawing.widthOf(minutes)}px` : "";
    ghost.style.left = `${clientX - (resource ? 0 : 40)}px`;
    ghost.style.top = `${clientY - 12}px`;
    if (!found || !resource) {
      mine.to = null;
      plan.server.forget();
      return plan.verdict.hide();
    }
    const start = wallOf(found.date);
    const key = `${start}/${resource}`;
    if (mine.to?.key === key) return;
    mine.to = { key, start, end: shift(start, minutes), resource };
    plan.ask(valuesOf(mine.want, mine.to), mine.to);
  }

  /**
   * @param {HTMLElement} want
   * @param {Place} to
   */
  function valuesOf(want, to) {
    return {
      car: want.dataset.car,
      resource_type: want.dataset.type,
      resource: to.resource,
      starts_at: to.start,
      ends_at: to.end,
    };
  }

  /** @param {Drag} mine */
  async function drop({ want, to }) {
    end();
    if (!to) return;
    const said = await plan.place(valuesOf(want, to), to);
    if (said.ok) return plan.say(plan.fill("said_booked", to));
    // A bay needs somebody to work in it, and what is booked already is asked about: the wizard asks.
    if (said.asks || said.fields?.includes("person")) return location.assign(plan.confirmAt(valuesOf(want, to)));
    plan.say(said.why ?? "", "bad");
  }

  function end() {
    if (!drag) return;
    const { ghost, want } = drag;
    ghost?.remove();
    page.documentElement.classList.remove("is-planning");
    setTimeout(() => delete want.dataset.dragged, 0);
    plan.verdict.hide();
    plan.server.forget();
    if (drag.moved) plan.late.release();
    drag = null;
  }
}
