// A waiting car is dragged from the list onto a row; the mark beside the hand says whether it fits there, and why not.
import { shift, wallOf } from "./plan-time.js";

const FAR = 6;

/** The mark that follows the hand while something is dragged. */
export function verdictOf(page) {
  const mark = page.querySelector("[data-plan-verdict]");
  let at = { x: 0, y: 0 };
  const put = () => {
    mark.style.left = `${Math.min(at.x + 16, innerWidth - mark.offsetWidth - 8)}px`;
    mark.style.top = `${Math.min(at.y + 20, innerHeight - mark.offsetHeight - 8)}px`;
  };
  page.addEventListener("pointermove", ({ clientX, clientY }) => {
    at = { x: clientX, y: clientY };
    if (!mark.hidden) put();
  });
  return {
    show(text, tone) {
      mark.textContent = text;
      mark.className = `plan-verdict is-${tone}`;
      mark.hidden = false;
      put();
    },
    hide() {
      mark.hidden = true;
    },
  };
}

/** ``plan`` is what the calendar lends: {calendar, config, verdict, server, locale, hold, release, place}. */
export function dragWaiting(page, plan) {
  let drag = null;
  page.addEventListener("pointerdown", (event) => {
    const want = event.pointerType === "mouse" && event.button === 0 && event.target.closest?.("[data-want]");
    if (want) drag = { want, x: event.clientX, y: event.clientY, moved: false };
  });
  page.addEventListener("pointermove", (event) => {
    if (!drag) return;
    if (!drag.moved && Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < FAR) return;
    if (!drag.moved) begin();
    over(event);
  });
  page.addEventListener("pointerup", () => drag?.moved && drop());
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

  function begin() {
    drag.moved = true;
    drag.want.dataset.dragged = "1";
    drag.ghost = page.createElement("div");
    drag.ghost.className = `plan-ghost ${[...drag.want.classList].find((name) => name.startsWith("hue-")) ?? ""}`;
    drag.ghost.textContent = drag.want.dataset.title;
    page.body.append(drag.ghost);
    page.documentElement.classList.add("is-planning");
    plan.hold();
  }

  function over({ clientX, clientY }) {
    const found = plan.calendar.dateFromPoint(clientX, clientY);
    const { ghost, want } = drag;
    const start = found?.resource && wallOf(found.date);
    const minutes = Math.round(want.dataset.hours * 60);
    const key = start && `${start}/${found.resource.id}`;
    ghost.classList.toggle("is-placed", Boolean(start));
    ghost.style.width = start ? `${Math.max((minutes / plan.slotMinutes) * plan.slotWidth, 24)}px` : "";
    ghost.style.left = `${clientX - (start ? 0 : 40)}px`;
    ghost.style.top = `${clientY - 12}px`;
    if (!start) {
      drag.to = null;
      plan.server.forget();
      return plan.verdict.hide();
    }
    if (drag.to?.key === key) return;
    drag.to = { key, start, end: shift(start, minutes), resource: found.resource.id };
    plan.ask(valuesOf(drag), drag.to);
  }

  function valuesOf({ want, to }) {
    return {
      car: want.dataset.car,
      resource_type: want.dataset.type,
      resource: to.resource,
      starts_at: to.start,
      ends_at: to.end,
    };
  }

  async function drop() {
    const mine = drag;
    end();
    if (!mine.to) return;
    const said = await plan.place(valuesOf(mine), mine.to);
    if (said.ok) return plan.say(plan.fill("said_booked", mine.to));
    // A bay needs somebody to work in it: the wizard asks who.
    if (said.fields?.includes("person")) return location.assign(plan.confirmAt(valuesOf(mine)));
    plan.say(said.why, "bad");
  }

  function end() {
    if (!drag) return;
    const { ghost, want } = drag;
    ghost?.remove();
    page.documentElement.classList.remove("is-planning");
    setTimeout(() => delete want.dataset.dragged, 0);
    plan.verdict.hide();
    plan.server.forget();
    if (drag.moved) plan.release();
    drag = null;
  }
}
