// Plain forms, whose answer is a page. The browser drops the one that is on its way when another is sent: they go by
// fetch then, one after another under their keys, and the last goes as the browser would have sent it.
const PATIENCE = 8000;
const line = [];

export function keepLeaving(page) {
  // Those that a script sends have been taken out of the browser's hands by now.
  addEventListener("submit", (event) => event.defaultPrevented || join(page, event));
  addEventListener("pageshow", () => line.splice(0));
  // The first had its answer after all, and the page goes.
  addEventListener("pagehide", () => {
    for (const one of line.splice(0).slice(1)) navigator.sendBeacon(one.action, bodyOf(one));
  });
}

function join(page, event) {
  const { target: form, submitter } = event;
  const key = form.elements._key?.value;
  if (form.method !== "post" || form.target || !key) return;
  const { formAction } = submitter?.hasAttribute("formaction") ? submitter : { formAction: form.action };
  const one = { key, action: formAction, enctype: form.enctype, data: new FormData(form, submitter) };
  if (line.length) {
    event.preventDefault();
    if (line.some((other) => other.key === key)) return;
    if (line.push(one) > 2) return;
    window.stop();
    return sendLine(page);
  }
  line.push(one);
  // A page that the browser has not left by then stays.
  setTimeout(() => line.length === 1 && line[0] === one && line.splice(0), PATIENCE);
}

async function sendLine(page) {
  let refused;
  for (let place = 0; place < line.length - (refused ? 0 : 1); place += 1) {
    if (!(await isStored(line[place]))) refused ??= line[place];
  }
  const shown = refused ?? line.at(-1);
  line.splice(0, line.length, shown);
  leaveWith(page, shown);
}

/** What is stored, or waits in the worker's queue; what is neither has a page of its own, which is to be seen. */
async function isStored(one) {
  try {
    const answer = await fetch(one.action, { method: "POST", body: bodyOf(one), redirect: "manual" });
    return answer.type === "opaqueredirect" || answer.status === 204;
  } catch {
    return false;
  }
}

const bodyOf = ({ enctype, data }) => (enctype.startsWith("multipart/") ? data : new URLSearchParams(data));

/** Its own form may have gone with its part of the page by now. */
function leaveWith(page, { action, enctype, data }) {
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
