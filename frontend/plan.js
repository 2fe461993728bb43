// The plan: resources as rows, time as columns. The calendar is EventCalendar's; the server judges every move.
import { createCalendar, Interaction, ResourceTimeline } from "@event-calendar/core";
import { dragWaiting, verdictOf } from "./plan-drag.js";
import { planKeys } from "./plan-keys.js";
import { keepUpListed, showList } from "./plan-list.js";
import { drawAround, keepUp, keepUpSoon } from "./plan-live.js";
import { serverOf } from "./plan-server.js";
import { between, clockOf, dayOf, shift, shownHours, spanText, wallOf } from "./plan-time.js";
import { turnsOf } from "./plan-turns.js";

// So many rows are drawn at first; what is further down is drawn when one comes near it.
const FIRST_ROWS = 18;
const NEAR_ROWS = 8;
const NARROW = matchMedia("(max-width: 48rem)");
const MARKS = ["overrun", "held_up", "absent", "late"];
const AHEAD = new Set(["scheduled", "confirmed"]);

const page = document;
const root = page.querySelector("[data-plan]");
if (root) begin(JSON.parse(root.dataset.plan));
else keepUpListed(page);

for (const filter of page.querySelectorAll("[data-plan-filter]")) {
  filter.addEventListener("change", () => filter.requestSubmit());
  filter.querySelector("button").hidden = true;
}

async function begin(config) {
  if (NARROW.matches) {
    await showList(page, page.querySelector("[data-plan-list]"), config);
    root.hidden = true;
    return;
  }
  const { words } = config;
  const locale = page.documentElement.lang === "en" ? "en-GB" : "nb-NO";
  const server = serverOf({ csrf: root.dataset.csrf, words });
  const verdict = verdictOf(page);
  const answer = await server.read(config.data);
  if (!answer) return root.setAttribute("data-ready", "0");
  const told = await answer.json();
  const plan = {
    root,
    config,
    words,
    server,
    verdict,
    locale,
    rows: new Map(),
    drawn: new Set(),
    holds: 0,
    late: new Map(),
  };
  Object.assign(plan, deeds(plan));
  plan.take(told);
  if (!plan.resources.length) return plan.empty();
  for (const { id } of plan.resources.slice(0, FIRST_ROWS)) plan.drawn.add(id);
  draw(plan);
  drawOnTheWay(plan);
  dragWaiting(page, plan);
  planKeys(page, plan);
  openBookings(plan);
  keepUp(page, plan);
  root.dataset.ready = "1";
}

/** Everything the parts of the page ask of the plan. */
function deeds(plan) {
  const { config, words, server, verdict, locale } = plan;
  const nameOf = (id) => plan.resources.find((r) => r.id === id)?.title ?? "";
  const deed = {
    take(told) {
      plan.clock = clockOf(told.offsets);
      plan.closed = told.closed;
      plan.limits = told.limits;
      plan.resources = told.resources.map((r) => ({
        id: r.id,
        title: r.capacity > 1 ? `${r.name} (${r.capacity})` : r.name,
      }));
      plan.known = new Set(plan.resources.map((r) => r.id));
      plan.rows.clear();
      for (const row of told.bookings) deed.learn(row);
      const walls = [...plan.rows.values()];
      plan.shown = shownHours(walls, plan.limits);
      const days = Array.from({ length: config.days }, (_, n) => dayOf(shift(`${config.first}T12:00`, n * 1440)));
      const [from, to] = plan.limits;
      const shut = (day) =>
        told.closed.filter(([, start, end]) => start === `${day}T${from}` && end === `${day}T${to}`).length >=
        told.resources.length;
      const used = new Set(walls.map((r) => dayOf(r.start)));
      plan.days = days.length === 1 ? days : days.filter((day) => used.has(day) || !(isWeekend(day) && shut(day)));
      plan.hidden = days.filter((day) => !plan.days.includes(day)).map((day) => new Date(`${day}T12:00Z`).getUTCDay());
    },
    /** Keeps a booking; where it is done at another site, it stands in that site's row. */
    learn(row) {
      const site = `at:${row.provider}`;
      const elsewhere = !plan.known.has(row.resource);
      if (elsewhere && (!config.site || row.provider === config.site)) return undefined;
      if (elsewhere && !plan.resources.some((r) => r.id === site)) {
        plan.resources.push({
          id: site,
          title: words.at_site.replace("{site}", config.sites[row.provider] ?? ""),
          elsewhere: true,
        });
        page.querySelector("[data-plan-elsewhere]")?.removeAttribute("hidden");
      }
      const car = row.car ?? {};
      const kind = config.types[row.resource_type]?.name ?? "";
      const name = [car.make, car.model].filter(Boolean).join(" ");
      const made = {
        ...row,
        row: elsewhere ? site : row.resource,
        elsewhere,
        start: plan.clock.wall(row.starts_at),
        end: plan.clock.wall(row.ends_at),
        plate: plateText(car.license_plate),
        name,
        kind,
        title: [plateText(car.license_plate), name].filter(Boolean).join(" ") || kind,
        movable: config.may && AHEAD.has(row.status),
        resizable: config.may && (AHEAD.has(row.status) || row.status === "in_progress"),
      };
      made.stored = { start: made.start, end: made.end, resource: made.row };
      const shown = plan.isBusy(row.id) && plan.rows.get(row.id);
      if (shown) Object.assign(made, { start: shown.start, end: shown.end, row: shown.row });
      plan.rows.set(row.id, made);
      return made;
    },
    span: ({ start, end }) => spanText(start, end, locale),
    fill: (word, { start, end, resource }) =>
      words[word].replace("{when}", spanText(start, end, locale)).replace("{resource}", nameOf(resource)),
    label(id) {
      const row = plan.rows.get(id);
      if (!row) return "";
      const marks = [...MARKS.filter((m) => row[m]), ...(row.pinned ? ["pinned"] : [])].map((m) => words[`mark_${m}`]);
      const status = config.statuses[row.status]?.label;
      return [row.title, row.kind, spanText(row.start, row.end, locale), nameOf(row.row), status, ...marks]
        .filter(Boolean)
        .join(", ");
    },
    say(text, tone = "") {
      const place = page.querySelector("[data-plan-said]");
      place.textContent = text;
      place.classList.toggle("visually-hidden", tone !== "bad");
      place.classList.toggle("plan-told", tone === "bad");
    },
    /** What a move sends: only what it changes of what is stored. */
    valuesOf(id, { start, end, resource }) {
      const { stored, version } = plan.rows.get(id);
      return {
        booking: id,
        _version: version,
        starts_at: start === stored.start ? undefined : start,
        ends_at: end === stored.end ? undefined : end,
        resource: resource === stored.resource ? undefined : resource,
      };
    },
    ...turnsOf(plan),
    ask(values, to, spoken = false) {
      if (String(to.resource).startsWith("at:") && values.resource !== undefined) {
        server.forget();
        return verdict.show(words.elsewhere, "bad");
      }
      if (!spoken) verdict.show(`${deed.fill("said_at", to)} ${words.judging}`, "asked");
      server.judge(values, (said) => {
        const text = said.ok ? words.said_fits : said.why;
        if (spoken) deed.say(`${deed.fill("said_at", to)} ${text}`);
        else verdict.show(`${deed.fill("said_at", to)} ${text}`, said.ok ? "good" : "bad");
        plan.root.classList.toggle("is-refusing", !said.ok);
      });
    },
    async place(values, to) {
      if (String(to.resource).startsWith("at:") && values.resource !== undefined)
        return { ok: false, why: words.elsewhere };
      plan.hold();
      const said = await server.put(values);
      plan.root.classList.remove("is-refusing");
      if (said.done !== undefined) page.querySelector("#done").innerHTML = said.done;
      if (said.ok && !(await deed.freshen([said.id]))) plan.late.set(said.id, true);
      plan.release();
      deed.around();
      return said;
    },
    confirmAt: ({ car, resource_type, resource, starts_at, ends_at }) => {
      const slot = [resource_type, resource, "", plan.clock.instant(starts_at), plan.clock.instant(ends_at)].join("|");
      return `/app/plan/book?${new URLSearchParams({ car, type: resource_type, slot })}`;
    },
    hold: () => (plan.holds += 1),
    release() {
      plan.holds = Math.max(plan.holds - 1, 0);
      if (!plan.holds && plan.late.size) keepUpSoon(page, plan);
    },
    /** Draws a booking where it is being moved to, or where it stands. */
    draw(id, { start, end, resource }, held) {
      const row = plan.rows.get(id);
      if (!row) return;
      if (!held) Object.assign(row, { start, end, row: resource });
      deed.showRows([resource]);
      plan.calendar.updateEvent(eventOf(plan, { ...row, start, end, row: resource }, held));
    },
    async freshen(ids) {
      const asked = ids.map((id) => `&id=${id}`).join("");
      const answer = await server.read(`${config.data}${config.data.includes("?") ? "" : "?"}${asked}`);
      if (!answer) return false;
      const { bookings } = await answer.json();
      const found = new Map(bookings.map((row) => [row.id, row]));
      const rows = plan.resources.length;
      for (const id of ids) {
        const old = plan.rows.get(id);
        const row = found.has(id) ? deed.learn(found.get(id)) : undefined;
        if (!row) plan.rows.delete(id);
        if (!row || !plan.drawn.has(row.row)) plan.calendar.removeEventById(id);
        else if (old && plan.isBusy(id)) continue;
        else if (old && plan.drawn.has(old.row)) plan.calendar.updateEvent(eventOf(plan, row));
        else plan.calendar.addEvent(eventOf(plan, row));
        if (row && old?.version !== row.version) requestAnimationFrame(() => tint(plan.root, id));
      }
      if (plan.resources.length !== rows) deed.rowsAgain();
      return true;
    },
    /** Draws what is booked on rows that were out of sight. */
    showRows(ids) {
      const fresh = new Set(ids.filter((id) => !plan.drawn.has(id)));
      if (!fresh.size) return;
      for (const id of fresh) plan.drawn.add(id);
      for (const event of eventsOf(plan, fresh)) plan.calendar.addEvent(event);
    },
    rowsAgain() {
      plan.calendar.setOption("resources", plan.resources);
      setTimeout(() => plain(plan), 0);
    },
    async again() {
      const answer = await server.read(config.data);
      if (!answer) return false;
      deed.take(await answer.json());
      deed.rowsAgain();
      plan.calendar.setOption("events", eventsOf(plan));
      return true;
    },
    around: () => drawAround(page, config.side),
    empty() {
      const hint = page.querySelector("[data-plan-empty]");
      if (hint) hint.hidden = false;
      root.hidden = true;
    },
  };
  return deed;
}

const isWeekend = (day) => [0, 6].includes(new Date(`${day}T12:00Z`).getUTCDay());
const plateText = (plate) => plate?.replace(/^([A-ZÆØÅ]{2})(\d{4,5})$/, "$1 $2") ?? "";

function eventsOf(plan, rows = plan.drawn) {
  const shut = plan.closed.map(([resource, start, end, away], n) => ({
    id: `closed-${n}`,
    resourceId: resource,
    start,
    end,
    display: "background",
    classNames: [away ? "is-away" : "is-closed"],
    extendedProps: { away },
  }));
  const booked = [...plan.rows.values()].filter(({ row }) => rows.has(row));
  return [...shut.filter(({ resourceId }) => rows.has(resourceId)), ...booked.map((row) => eventOf(plan, row))];
}

function drawOnTheWay(plan) {
  const main = root.querySelector(".ec-main");
  let asked = false;
  const look = () => {
    asked = false;
    const height = root.querySelector(".ec-body .ec-row-head")?.offsetHeight || 1;
    const first = Math.max(Math.floor(main.scrollTop / height) - NEAR_ROWS, 0);
    const last = Math.ceil((main.scrollTop + main.clientHeight) / height) + NEAR_ROWS;
    plan.showRows(plan.resources.slice(first, last).map(({ id }) => id));
  };
  const soon = () => {
    if (!asked) requestAnimationFrame(look);
    asked = true;
  };
  main.addEventListener("scroll", soon, { passive: true });
  addEventListener("resize", soon);
}

function eventOf(plan, row, held = false) {
  const hue = plan.config.statuses[row.status]?.hue ?? "steel";
  return {
    id: row.id,
    resourceId: row.row,
    start: row.start,
    end: row.end,
    title: row.title,
    startEditable: row.movable,
    durationEditable: row.resizable,
    classNames: [
      `hue-${hue}`,
      `is-${row.status}`,
      ...(MARKS.some((m) => row[m]) ? ["is-marked"] : []),
      ...(held ? ["is-held"] : []),
    ],
    extendedProps: { row },
  };
}

function draw(plan) {
  const { config, locale } = plan;
  const week = config.span === "week";
  const minutes = between(`${config.first}T${plan.shown[0]}`, `${config.first}T${plan.shown[1]}`);
  plan.slotMinutes = week ? 60 : 30;
  const slots = (minutes / plan.slotMinutes) * plan.days.length;
  plan.slotWidth = Math.max(Math.floor((root.clientWidth - 148) / slots), week ? 22 : 28);
  const [hour, minute] = ["2-digit", "2-digit"];
  plan.calendar = createCalendar(root, [ResourceTimeline, Interaction], {
    view: week ? "resourceTimelineWeek" : "resourceTimelineDay",
    date: config.first,
    firstDay: 1,
    hiddenDays: plan.hidden,
    locale,
    headerToolbar: { start: "", center: "", end: "" },
    resources: plan.resources,
    events: eventsOf(plan),
    editable: config.may,
    slotMinTime: plan.shown[0],
    slotMaxTime: plan.shown[1],
    slotDuration: { minutes: plan.slotMinutes },
    slotLabelInterval: { minutes: week && plan.slotWidth < 40 ? 180 : 60 },
    slotLabelFormat: { hour, minute },
    // Bookings show no clock of their own, and asking Intl for fifteen hundred of them takes its time.
    eventTimeFormat: () => "",
    dayHeaderFormat: { weekday: week ? "short" : "long", day: "numeric", month: "short" },
    snapDuration: { minutes: 15 },
    slotWidth: plan.slotWidth,
    nowIndicator: dayOf(config.today) >= config.first,
    eventContent: ({ event }) => contentOf(plan, event),
    eventDidMount: ({ event, el }) => {
      if (event.display === "auto") el.dataset.id = event.id;
    },
    eventAllUpdated: () => stepIn(plan),
    eventDragStart: ({ event }) => lift(plan, event),
    eventResizeStart: ({ event }) => lift(plan, event),
    dragConstraint: ({ event }) => follow(plan, event),
    resizeConstraint: ({ event }) => follow(plan, event),
    eventDragStop: () => land(plan),
    eventResizeStop: () => land(plan),
    eventDrop: (info) => dropped(plan, info),
    eventResize: (info) => dropped(plan, info),
  });
  plain(plan);
}

/** The calendar calls itself a table, and puts what is no cell in it: here it is a group of named buttons. */
function plain({ words }) {
  for (const place of root.querySelectorAll("[role], [aria-colindex]")) {
    for (const name of ["role", "aria-colindex", "aria-colspan"]) place.removeAttribute(name);
  }
  const whole = root.querySelector(".ec");
  whole.setAttribute("role", "group");
  whole.setAttribute("aria-label", words.bookings);
}

/** One booking at a time is reached with the tab key; what was drawn anew under the hand keeps the focus. */
function stepIn(plan) {
  const mine = plan.focused && root.querySelector(`[data-booking="${CSS.escape(plan.focused)}"]`);
  if (mine && mine !== page.activeElement && (page.activeElement === page.body || !page.activeElement))
    mine.focus({ preventScroll: true });
  if (!root.querySelector('[data-booking][tabindex="0"]'))
    root.querySelector("[data-booking]")?.setAttribute("tabindex", "0");
}

function contentOf(plan, event) {
  const { words } = plan;
  const { row, away } = event.extendedProps;
  if (!row) return { domNodes: away ? [element("span", "plan-away", words.away)] : [] };
  const body = element(event.display === "auto" ? "button" : "span", "plan-hold");
  const marks = MARKS.filter((m) => row[m]);
  if (row.plate) body.append(element("span", "plan-plate", row.plate));
  if (marks.length || row.pinned) body.append(element("span", "plan-flag", marks.length ? "!" : "•"));
  if (row.name) body.append(element("span", "plan-what", row.name));
  if (row.kind) body.append(element("span", "plan-kind", row.kind));
  if (event.display === "auto") {
    body.type = "button";
    body.tabIndex = -1;
    body.dataset.booking = event.id;
    if (plan.focused === event.id) setTimeout(() => stepIn(plan), 0);
  }
  return { domNodes: [body] };
}

function element(name, className, text = "") {
  const made = page.createElement(name);
  made.className = className;
  if (text) made.textContent = text;
  return made;
}

const toOf = (event) => ({ start: wallOf(event.start), end: wallOf(event.end), resource: event.resourceIds[0] });

function lift(plan, event) {
  plan.hold();
  plan.lifted = event.id;
  page.documentElement.classList.add("is-planning");
}

function follow(plan, event) {
  const to = toOf(event);
  const key = `${to.start}/${to.end}/${to.resource}`;
  if (plan.lifted && key !== plan.followed) {
    plan.followed = key;
    plan.ask(plan.valuesOf(plan.lifted, to), to);
  }
  return true;
}

function land(plan) {
  const id = plan.lifted;
  page.documentElement.classList.remove("is-planning");
  plan.root.classList.remove("is-refusing");
  plan.landed = performance.now();
  plan.followed = undefined;
  plan.lifted = undefined;
  plan.server.forget();
  plan.verdict.hide();
  plan.release();
  setTimeout(() => plan.rest(id));
}

async function dropped(plan, info) {
  const to = toOf(info.event);
  const said = await plan.move(info.event.id, to);
  plan.say(said.ok ? plan.fill("said_down", to) : `${plan.words.said_back} ${said.why}`, said.ok ? "" : "bad");
}

function openBookings(plan) {
  const dialog = page.querySelector("[data-plan-dialog]");
  plan.open = async (id) => {
    const back = encodeURIComponent(location.pathname + location.search);
    const answer = await fetch(`/app/plan/booking/${id}?back=${back}`, { headers: { "HX-Request": "true" } });
    if (!answer.ok) return;
    dialog.innerHTML = await answer.text();
    dialog.showModal();
  };
  root.addEventListener("click", (event) => {
    const id = event.target.closest?.("[data-id]")?.dataset.id;
    if (id && !plan.held && performance.now() - (plan.landed ?? 0) > 80) plan.open(id);
  });
  root.addEventListener("pointerover", (event) => {
    const one = event.target.closest?.("[data-id]");
    if (one) one.title = plan.label(one.dataset.id);
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest?.("[data-plan-close]")) dialog.close();
  });
}

function tint(place, id) {
  const found = place.querySelector(`[data-id="${CSS.escape(id)}"]`);
  found?.classList.add("is-changed");
  setTimeout(() => found?.classList.remove("is-changed"), 2000);
}
