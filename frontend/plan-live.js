// The plan follows what others change: what is late is gathered, read in one go, and drawn.
import { read } from "./plan-server.js";

const GATHER = 120;
const READ_AGAIN = 3000;
const MANY = 40;
const AROUND = new Set(["cars", "resource_capacities", "sharing_weeks", "capacity_rules", "resource_sharing"]);
const ROWS = new Set(["resources", "working_hours", "absences", "resource_types", "plan_proposals"]);

/**
 * How what is late is read and drawn: all of it, some bookings, what stands around them. The first two say whether the
 * server has answered.
 * @typedef {{ again(): Promise<boolean>, freshen(ids: string[]): Promise<boolean>, around(): Promise<void> }} Readings
 */

/** What others have changed and is not drawn yet. While somebody holds something here, nothing is drawn. */
export class Late {
  /** Ids of bookings, "all" and "around". */
  #late = /** @type {Set<string>} */ (new Set());
  #holds = 0;
  #isReading = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #soon;
  #page;
  #readings;

  /**
   * @param {Document} page
   * @param {Readings} readings
   */
  constructor(page, readings) {
    this.#page = page;
    this.#readings = readings;
  }

  /** Begins to listen. */
  listen() {
    this.#page.addEventListener("live:changes", ({ detail }) => {
      for (const [collection, id] of detail.changes) {
        if (collection === "resource_bookings") this.#late.add(id);
        else if (ROWS.has(collection)) this.#late.add("all");
        else if (AROUND.has(collection)) this.#late.add("around");
      }
      this.#readSoon();
    });
    const catchUp = () => {
      this.#late.add("all").add("around");
      this.#readSoon();
    };
    this.#page.addEventListener("visibilitychange", () => !this.#page.hidden && catchUp());
    this.#page.addEventListener("live:missed", catchUp);
    addEventListener("online", catchUp);
  }

  /**
   * A booking could not be read.
   * @param {string} id
   */
  missed(id) {
    this.#late.add(id);
  }

  hold() {
    this.#holds += 1;
  }

  release() {
    this.#holds = Math.max(this.#holds - 1, 0);
    if (!this.#holds && this.#late.size) this.#readSoon();
  }

  /** Whatever was held is let go of. */
  releaseAll() {
    this.#holds = 0;
    if (this.#late.size) this.#readSoon();
  }

  /** One reading at a time: an older answer drawn after a newer one would take back what that has drawn. */
  #readSoon(delay = GATHER) {
    clearTimeout(this.#soon);
    this.#soon = setTimeout(async () => {
      if (this.#holds || this.#page.hidden || this.#isReading || !this.#late.size) return;
      const late = [...this.#late];
      this.#late.clear();
      this.#isReading = true;
      const isRead = await this.#read(new Set(late));
      this.#isReading = false;
      if (!isRead) for (const one of late) this.#late.add(one);
      if (this.#late.size) this.#readSoon(isRead ? GATHER : READ_AGAIN);
    }, delay);
  }

  /** @param {Set<string>} late */
  async #read(late) {
    const all = late.delete("all");
    late.delete("around");
    const { again, freshen, around } = this.#readings;
    const isRead = await (all || late.size > MANY ? again() : !late.size || freshen([...late]));
    await around();
    return isRead;
  }
}

/**
 * What stands around the bookings: the day's hours, and the cars that wait.
 * @param {Document} page
 * @param {string} address
 */
export async function drawAround(page, address) {
  const answer = await read(address);
  if (!answer) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const id of ["plan-side", "plan-capacity", "plan-draft"]) {
    const [old, now] = [page.getElementById(id), fresh.getElementById(id)];
    if (old && now && !old.contains(page.activeElement)) old.replaceWith(page.importNode(now, true));
    else if (old && now) old.innerHTML = now.innerHTML;
  }
}
