// Plain forms, whose answer is a page. The browser drops the one that is on its way when another is sent or a link is
// followed: they go by fetch then, one after another under their keys, and the last goes as the browser would have gone.
const PATIENCE = 8000;

/**
 * A form that is sent by a script, or at last an address to leave for.
 * @typedef {{ key: string, action: string, enctype: string, data: FormData, address?: undefined }} Sent
 * @typedef {Sent | { key?: undefined, action?: undefined, enctype?: undefined, data?: undefined, address: string }} Step
 */

/** @type {Step[]} */
const line = [];

/** @param {Document} page */
export function keepLeaving(page) {
  // Those that a script sends or follows have been taken out of the browser's hands by now.
  addEventListener("submit", (event) => event.defaultPrevented || join(page, event));
  addEventListener("click", (event) => event.defaultPrevented || follow(page, event));
  addEventListener("pageshow", () => line.splice(0));
  // The first had its answer after all, and the page goes.
  addEventListener("pagehide", () => {
    for (const one of line.splice(0).slice(1)) if (one.action) navigator.sendBeacon(one.action, bodyOf(one));
  });
}

/**
 * Leaves for an address, once what is on its way has arrived.
 * @param {Document} page
 * @param {string} address
 */
export function leaveFor(page, address) {
  if (!line.length) return location.assign(address);
  enter(page, { address });
}

/**
 * @param {Document} page
 * @param {From<SubmitEvent, HTMLFormElement>} event
 */
function join(page, event) {
  const form = event.target;
  const submitter = /** @type {HTMLButtonElement | null} */ (event.submitter);
  if (form.target) return;
  const { formAction } = submitter?.hasAttribute("formaction") ? submitter : { formAction: form.action };
  const data = new FormData(form, submitter);
  if (form.method === "get" && line.length) {
    event.preventDefault();
    const address = new URL(formAction);
    address.search = String(new URLSearchParams(/** @type {TextData} */ (data)));
    return enter(page, { address: address.href });
  }
  /** @type {string | undefined} */
  const key = form.elements._key?.value;
  if (form.method !== "post" || !key) return;
  const one = { key, action: formAction, enctype: form.enctype, data };
  if (line.length) {
    event.preventDefault();
    if (!line.some((other) => other.key === key)) enter(page, one);
    return;
  }
  line.push(one);
  // A page that the browser has not left by then stays.
  setTimeout(() => line.length === 1 && line[0] === one && line.splice(0), PATIENCE);
}

/**
 * @param {Document} page
 * @param {From<MouseEvent>} event
 */
function follow(page, event) {
  /** @type {HTMLAnchorElement | null} */
  const link = event.target.closest?.("a[href]");
  const aside = event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
  if (!line.length || !link || aside || (link.target && link.target !== "_self") || link.hasAttribute("download"))
    return;
  if (!/^https?:$/.test(link.protocol) || link.getAttribute("href")?.startsWith("#")) return;
  event.preventDefault();
  enter(page, { address: link.href });
}

/**
 * @param {Document} page
 * @param {Step} one
 */
function enter(page, one) {
  if (line.push(one) > 2) return;
  window.stop();
  sendLine(page);
}

/** @param {Document} page */
async function sendLine(page) {
  /** @type {Step | undefined} */
  let refused;
  for (let place = 0; place < line.length - (refused ? 0 : 1); place += 1) {
    const one = line[place];
    if (one.action && !(await isStored(one))) refused ??= one;
  }
  const shown = /** @type {Step} */ (refused ?? line.at(-1));
  line.splice(0, line.length, shown);
  leaveWith(page, shown);
}

/**
 * What is stored, or waits in the worker's queue; what is neither has a page of its own, which is to be seen.
 * @param {Sent} one
 */
async function isStored(one) {
  try {
    /** @type {RequestInit} */
    const sent = { method: "POST", body: bodyOf(one), redirect: "manual", keepalive: !isLarge(one) };
    const answer = await fetch(one.action, sent);
    return answer.type === "opaqueredirect" || answer.status === 204;
  } catch {
    return false;
  }
}

/** @type {(one: Sent) => boolean} */
const isLarge = ({ enctype }) => enctype.startsWith("multipart/");
/** @type {(one: Sent) => BodyInit} */
const bodyOf = (one) => (isLarge(one) ? one.data : new URLSearchParams(/** @type {TextData} */ (one.data)));

/**
 * Its own form may have gone with its part of the page by now.
 * @param {Document} page
 * @param {Step} step
 */
function leaveWith(page, { address, action, enctype, data }) {
  if (address !== undefined) {
    // A download leaves the page where it is.
    setTimeout(() => line.length === 1 && line[0].address === address && line.splice(0), PATIENCE);
    return location.assign(address);
  }
  const form = Object.assign(page.createElement("form"), { method: "post", action, enctype, hidden: true });
  for (const [name, value] of data) {
    const field = page.createElement("input");
    field.name = name;
    if (typeof value === "string") Object.assign(field, { type: "hidden", value });
    else if (value.size) {
      const files = new DataTransfer();
      files.items.add(value);
      field.type = "file";
      field.files = files.files;
    }
    form.append(field);
  }
  page.body.append(form);
  form.submit();
}
