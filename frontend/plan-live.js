// The plan follows what others change: what is late is gathered, read in one go, and drawn.
import { serverOf } from "./plan-server.js";

const GATHER = 120;
const READ_AGAIN = 3000;
const MANY = 40;
const AROUND = new Set(["cars", "resource_capacities", "sharing_weeks", "capacity_rules", "resource_sharing"]);
const ROWS = new Set(["resources", "working_hours", "absences", "resource_types"]);

/** What others change is drawn when nothing is being moved here. */
export function keepUp(page, plan) {
  page.addEventListener("live:changes", ({ detail }) => {
    for (const [collection, id] of detail.changes) {
      if (collection === "resource_bookings") plan.late.set(id, true);
      else if (ROWS.has(collection)) plan.late.set("all", true);
      else if (AROUND.has(collection)) plan.late.set("around", true);
    }
    keepUpSoon(page, plan);
  });
  const catchUp = () => {
    plan.late.set("all", true);
    plan.late.set("around", true);
    keepUpSoon(page, plan);
  };
  page.addEventListener("visibilitychange", () => !page.hidden && catchUp());
  addEventListener("online", catchUp);
}

/** One reading at a time: an older answer drawn after a newer one would take back what that has drawn. */
export function keepUpSoon(page, plan, delay = GATHER) {
  clearTimeout(plan.soon);
  plan.soon = setTimeout(async () => {
    if (plan.holds || page.hidden || plan.isReading || !plan.late.size) return;
    const late = new Set(plan.late.keys());
    plan.late.clear();
    plan.isReading = true;
    const isRead = await readLate(plan, new Set(late));
    plan.isReading = false;
    if (!isRead) for (const one of late) plan.late.set(one, true);
    if (plan.late.size) keepUpSoon(page, plan, isRead ? GATHER : READ_AGAIN);
  }, delay);
}

/** What stands around the bookings: the day's hours, and the cars that wait. */
export async function drawAround(page, address) {
  const answer = await serverOf({}).read(address);
  if (!answer) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const id of ["plan-side", "plan-capacity"]) {
    const [old, now] = [page.getElementById(id), fresh.getElementById(id)];
    if (old && now && !old.contains(page.activeElement)) old.replaceWith(page.importNode(now, true));
    else if (old && now) old.innerHTML = now.innerHTML;
  }
}

async function readLate(plan, late) {
  const all = late.delete("all");
  late.delete("around");
  const isRead = await (all || late.size > MANY ? plan.again() : !late.size || plan.freshen([...late]));
  await plan.around();
  return isRead;
}
