// The page of the plan: what its parts share, and what they ask of each other.
import { Bookings, MARKS } from "./plan-bookings.js";
import { Drawing } from "./plan-drawing.js";
import { Hand } from "./plan-hand.js";
import { drawAround, Late } from "./plan-live.js";
import { read, serverOf } from "./plan-server.js";
import { spanText, wallOf } from "./plan-time.js";
import { turnsOf } from "./plan-turns.js";
import { verdictOf } from "./plan-verdict.js";

/**
 * @typedef {import("./plan-bookings.js").Stand} Stand
 * @typedef {import("./plan-server.js").Said} Said
 * @typedef {import("./plan-server.js").Values} Values
 * @typedef {import("./plan-drawing.js").Event} Event
 * @typedef {import("./plan-drawing.js").Config & { data: string, side: string, list: string }} Config
 */

/** What each part holds is its own: nobody else writes it. */
export class Plan {
  #page;
  #config;
  #locale;
  /** Where the hand was followed to last. */
  #followed = "";

  /**
   * @param {Document} page
   * @param {HTMLElement} root
   * @param {Config} config
   * @param {import("./plan-bookings.js").Told} told
   */
  constructor(page, root, config, told) {
    this.#page = page;
    this.#config = config;
    this.#locale = page.documentElement.lang === "en" ? "en-GB" : "nb-NO";
    this.root = root;
    this.words = config.words;
    this.server = serverOf({ csrf: root.dataset.csrf ?? "", words: config.words });
    this.verdict = verdictOf(page);
    this.hand = new Hand();
    this.bookings = new Bookings(config, (id) => this.turns.isBusy(id));
    this.turns = turnsOf({
      bookings: this.bookings,
      hand: this.hand,
      place: (values, to) => this.place(values, to),
      draw: (id, to) => this.draw(id, to),
    });
    this.late = new Late(page, {
      again: () => this.again(),
      freshen: (ids) => this.freshen(ids),
      around: () => drawAround(page, config.side),
    });
    this.#take(told);
    this.drawing = new Drawing(root, config, this.#locale, {
      bookings: this.bookings,
      hand: this.hand,
      moves: {
        lift: (event) => this.#lift(event),
        follow: (event) => this.#follow(event),
        land: () => this.#land(),
        drop: (event) => this.#drop(event),
      },
    });
    Object.freeze(this);
  }

  // -- what is said ---------------------------------------------------------------------------------------------

  /** @param {{ start: string, end: string }} at */
  span({ start, end }) {
    return spanText(start, end, this.#locale);
  }

  /**
   * @param {string} word
   * @param {Stand} at
   */
  fill(word, at) {
    return this.words[word].replace("{when}", this.span(at)).replace("{resource}", this.bookings.nameOf(at.resource));
  }

  /**
   * A booking in words.
   * @param {string} id
   */
  label(id) {
    const row = this.bookings.get(id);
    if (!row) return "";
    const marks = [...MARKS.filter((m) => row[m]), ...(row.pinned ? ["pinned"] : [])].map(
      (m) => this.words[`mark_${m}`],
    );
    const status = this.#config.statuses[row.status]?.label;
    return [row.title, row.kind, this.span(row), this.bookings.nameOf(row.row), status, ...marks]
      .filter(Boolean)
      .join(", ");
  }

  /**
   * @param {string} text
   * @param {"" | "bad"} [tone]
   */
  say(text, tone = "") {
    const place = /** @type {HTMLElement} */ (this.#page.querySelector("[data-plan-said]"));
    place.textContent = text;
    place.classList.toggle("visually-hidden", tone !== "bad");
    place.classList.toggle("plan-told", tone === "bad");
  }

  /**
   * @param {Stand} to
   * @param {Said} said
   */
  sayMoved(to, said) {
    if (said.ok) this.say(this.fill("said_down", to));
    else this.say(`${this.words.said_back} ${said.why}`, "bad");
  }

  // -- what is asked of the server ------------------------------------------------------------------------------

  /**
   * Whether what would be put there may stand there.
   * @param {Values} values
   * @param {Stand} to
   * @param {boolean} [spoken] By the keyboard it is said; otherwise it stands beside the hand.
   */
  ask(values, to, spoken = false) {
    if (isElsewhere(values, to)) {
      this.server.forget();
      return this.verdict.show(this.words.elsewhere, "bad");
    }
    const at = this.fill("said_at", to);
    if (!spoken) this.verdict.show(`${at} ${this.words.judging}`, "asked");
    this.server.judge(values, (said) => {
      const text = said.ok ? this.words.said_fits : said.why;
      if (spoken) this.say(`${at} ${text}`);
      else this.verdict.show(`${at} ${text}`, said.ok ? "good" : "bad");
      this.root.classList.toggle("is-refusing", !said.ok);
    });
  }

  /**
   * Puts it there, and draws what has become of it.
   * @param {Values} values
   * @param {Stand} to
   * @returns {Promise<Said>}
   */
  async place(values, to) {
    if (isElsewhere(values, to)) return { ok: false, why: this.words.elsewhere };
    this.late.hold();
    const said = await this.server.put(values);
    this.root.classList.remove("is-refusing");
    const done = this.#page.querySelector("#done");
    if (done && said.done !== undefined) done.innerHTML = said.done;
    if (said.drafts) await this.again();
    if (said.ok && said.id && !(await this.freshen([said.id]))) this.late.missed(said.id);
    this.late.release();
    drawAround(this.#page, this.#config.side);
    return said;
  }

  /**
   * The address of the wizard's last question.
   * @param {{ car?: string, resource_type?: string, resource: string, starts_at: string, ends_at: string }} values
   */
  confirmAt({ car = "", resource_type = "", resource, starts_at, ends_at }) {
    const [start, end] = [starts_at, ends_at].map((wall) => this.bookings.instant(wall));
    const slot = [resource_type, resource, "", start, end].join("|");
    return `/app/plan/book?${new URLSearchParams({ car, type: resource_type, slot })}`;
  }

  // -- what is drawn --------------------------------------------------------------------------------------------

  /**
   * Draws a booking where it is being moved to, or where it stands.
   * @param {string} id
   * @param {Stand} to
   * @param {boolean} [held]
   */
  draw(id, to, held) {
    const row = this.bookings.get(id);
    if (!row) return;
    if (!held) this.bookings.move(id, to);
    this.drawing.move(row, to, held);
  }

  /**
   * Reads some bookings anew; says whether that could be done.
   * @param {string[]} ids
   */
  async freshen(ids) {
    const { data } = this.#config;
    const answer = await read(`${data}${data.includes("?") ? "" : "?"}${ids.map((id) => `&id=${id}`).join("")}`);
    if (!answer) return false;
    /** @type {{ bookings: import("./plan-bookings.js").Booked[] }} */
    const { bookings } = await answer.json();
    const found = new Map(bookings.map((row) => [row.id, row]));
    const rows = this.bookings.shown.resources.length;
    for (const id of ids) {
      const old = this.bookings.get(id);
      const booked = found.get(id);
      const row = booked && this.bookings.learn(booked);
      if (!row) this.bookings.remove(id);
      this.drawing.put(id, old, row, this.turns.isBusy(id));
    }
    if (this.bookings.shown.resources.length !== rows) {
      this.#showElsewhere();
      this.#offerRows();
      this.drawing.drawRows();
    }
    return true;
  }

  /** Reads all anew; says whether that could be done. */
  async again() {
    const answer = await read(this.#config.data);
    if (!answer) return false;
    this.#take(await answer.json());
    this.drawing.drawAll();
    return true;
  }

  /** @param {import("./plan-bookings.js").Told} told */
  #take(told) {
    this.bookings.take(told);
    this.#showElsewhere();
    this.#offerRows();
  }

  /** Offers the rows that have nothing to do with these days, or to hide them again. */
  #offerRows() {
    const { idle } = this.bookings.shown;
    const place = /** @type {HTMLElement} */ (this.#page.querySelector("[data-plan-rows]"));
    const button = /** @type {HTMLElement} */ (place.querySelector("button"));
    const isAll = button.getAttribute("aria-pressed") === "true";
    place.hidden = !idle;
    button.textContent = isAll ? this.words.hide_rows : this.words.show_rows.replace("{n}", String(idle));
    button.onclick = () => {
      button.setAttribute("aria-pressed", String(!isAll));
      this.bookings.showAll(!isAll);
      this.#offerRows();
      this.drawing.drawRows();
    };
  }

  #showElsewhere() {
    if (this.bookings.shown.resources.some((r) => r.elsewhere))
      this.#page.querySelector("[data-plan-elsewhere]")?.removeAttribute("hidden");
  }

  // -- what is dragged ------------------------------------------------------------------------------------------

  /** @param {Event} event */
  #lift(event) {
    this.late.hold();
    this.hand.lift(String(event.id));
    this.#page.documentElement.classList.add("is-planning");
  }

  /** @param {Event} event */
  #follow(event) {
    const { lifted } = this.hand;
    const to = standOf(event);
    const key = `${to.start}/${to.end}/${to.resource}`;
    if (!lifted || key === this.#followed) return;
    this.#followed = key;
    this.ask(this.bookings.changes(lifted, to), to);
  }

  #land() {
    const id = this.hand.land();
    this.#page.documentElement.classList.remove("is-planning");
    this.root.classList.remove("is-refusing");
    this.#followed = "";
    this.server.forget();
    this.verdict.hide();
    this.late.release();
    setTimeout(() => this.turns.rest(id));
  }

  /** @param {Event} event */
  async #drop(event) {
    const to = standOf(event);
    this.sayMoved(to, await this.turns.move(String(event.id), to));
  }
}

/**
 * At another site one changes nothing but what does not say where.
 * @type {(values: Values, to: Stand) => boolean}
 */
const isElsewhere = (values, to) => to.resource.startsWith("at:") && values.resource !== undefined;

/**
 * @param {Event} event
 * @returns {Stand}
 */
function standOf({ start, end, resourceIds }) {
  return { start: wallOf(start), end: wallOf(end), resource: String(resourceIds[0]) };
}
