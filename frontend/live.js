// What others change slides into an open page. What is focused or typed in is never touched: it waits until it is left.
import { isHome, keepUpHome } from "./live-home.js";
import { keepUpList } from "./live-list.js";
import { keepUpRecord } from "./live-record.js";
import { isView, keepUpView } from "./live-views.js";

const GATHER = 60;
const SETTLED = 400;
// While a finger or a button of the mouse is down, and so long after, nothing is put in place under it; one that was
// let go of outside the window is not waited for.
const CALM = 1200;
const LONGEST = 8000;
// So long the server keeps what was changed, in milliseconds, less some for the way.
const KEPT = 50_000;

/** @param {Document} page */
export function keepLive(page) {
  const keepUp = isHome()
    ? keepUpHome
    : isView()
      ? keepUpView
      : page.querySelector("#head")
        ? keepUpRecord
        : keepUpList;
  if (!page.querySelector("#head, #list, [data-live], [data-bell]")) return;
  /** @type {Map<string, Change>} */
  const waiting = new Map();
  /** @type {EventSource | undefined} */
  let source;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let busy = false,
    missed = false,
    held = false,
    touched = -CALM,
    down = false;

  /** @param {number} delay */
  const soon = (delay) => {
    clearTimeout(timer);
    timer = setTimeout(refresh, delay);
  };
  async function refresh() {
    if (busy) return soon(GATHER);
    if (performance.now() - touched < (down ? LONGEST : CALM)) return soon(CALM / 4);
    if (page.hidden) {
      missed = true;
      return;
    }
    busy = true;
    const changes = [...waiting.values()];
    waiting.clear();
    try {
      held = (await keepUp(page, changes, missed)) === "held";
      missed = false;
    } catch {
      missed = true;
    } finally {
      busy = false;
    }
  }
  function listen() {
    if (source || page.hidden) return;
    const age = Math.round(performance.now());
    missed ||= age > KEPT;
    // What was changed since the page was asked for is told of at once.
    source = new EventSource(`/app/live?age=${age}`);
    source.addEventListener("open", () => {
      if (!missed) return;
      page.dispatchEvent(new CustomEvent("live:missed"));
      soon(0);
    });
    source.addEventListener("error", () => (missed = true));
    source.addEventListener("message", ({ data }) => {
      /** @type {Change[]} */
      const changes = JSON.parse(data);
      for (const change of changes) waiting.set(change.join("/"), change);
      page.dispatchEvent(new CustomEvent("live:changes", { detail: { changes } }));
      soon(GATHER);
    });
  }
  function rest() {
    source?.close();
    source = undefined;
    missed = true;
  }
  page.addEventListener("visibilitychange", () => (page.hidden ? rest() : listen()));
  // A page that the browser keeps for "back" lets go of its connection, and takes it up again.
  addEventListener("pagehide", rest);
  addEventListener("pageshow", ({ persisted }) => persisted && listen());
  /** @param {boolean} isDown */
  const hand = (isDown) => () => {
    down = isDown;
    touched = performance.now();
  };
  page.addEventListener("pointerdown", hand(true), true);
  for (const name of /** @type {const} */ (["pointerup", "pointercancel"]))
    page.addEventListener(name, hand(false), true);
  page.addEventListener("focusout", () => {
    if (!held) return;
    missed = true;
    soon(SETTLED);
  });
  listen();
}
