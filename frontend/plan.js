// The plan: resources as rows, time as columns. The calendar is EventCalendar's; the server judges every move.
import { askPart } from "./ask.js";
import { isEmpty } from "./plan-bookings.js";
import { dragWaiting } from "./plan-drag.js";
import { planKeys } from "./plan-keys.js";
import { keepUpListed, showList } from "./plan-list.js";
import { Plan } from "./plan-page.js";
import { read } from "./plan-server.js";

const NARROW = matchMedia("(max-width: 48rem)");

const page = document;
const root = page.querySelector("[data-plan]");
if (root) begin(root, JSON.parse(root.dataset.plan ?? ""));
else keepUpListed(page);

/** @type {NodeListOf<HTMLFormElement>} */
const filters = page.querySelectorAll("[data-plan-filter]");
for (const filter of filters) {
  filter.addEventListener("change", () => filter.requestSubmit());
  /** @type {HTMLElement} */ (filter.querySelector("button")).hidden = true;
}

/**
 * @param {HTMLElement} root
 * @param {import("./plan-page.js").Config} config
 */
async function begin(root, config) {
  if (NARROW.matches) {
    await showList(page, /** @type {HTMLElement} */ (page.querySelector("[data-plan-list]")), config);
    root.hidden = true;
    return;
  }
  const answer = await read(config.data);
  if (!answer) return root.setAttribute("data-ready", "0");
  /** @type {import("./plan-bookings.js").Told} */
  const told = await answer.json();
  if (isEmpty(config, told)) return showEmpty(root);
  const plan = new Plan(page, root, config, told);
  dragWaiting(page, plan);
  planKeys(page, plan);
  openBookings(plan);
  plan.late.listen();
  root.dataset.ready = "1";
}

/** @param {HTMLElement} root */
function showEmpty(root) {
  const hint = page.querySelector("[data-plan-empty]");
  if (hint) hint.hidden = false;
  root.hidden = true;
}

/** @param {Plan} plan */
function openBookings(plan) {
  const dialog = /** @type {HTMLDialogElement} */ (page.querySelector("[data-plan-dialog]"));
  /** @param {string} id */
  const open = async (id) => {
    const back = encodeURIComponent(location.pathname + location.search);
    const draft = plan.bookings.get(id)?.draft;
    const place = draft ? `proposals/${draft.proposal}/lines/${draft.line}` : `booking/${id}`;
    const part = await askPart(`/app/plan/${place}?back=${back}`);
    if (part === undefined) return;
    dialog.innerHTML = part;
    dialog.showModal();
  };
  plan.root.addEventListener("click", (event) => {
    const id = event.target.closest?.("[data-id]")?.dataset.id;
    if (id && plan.hand.isFree) open(id);
  });
  plan.root.addEventListener("pointerover", (event) => {
    const one = event.target.closest?.("[data-id]");
    if (one) one.title = plan.label(one.dataset.id ?? "");
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest?.("[data-plan-close]")) dialog.close();
  });
}
