// Printing, and a signature drawn with finger, pen or mouse, sent as a picture.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

/** @type {HTMLFormElement | null} */
const form = document.querySelector("[data-sign]");
if (form) {
  const pad = /** @type {HTMLCanvasElement} */ (form.querySelector("canvas"));
  const pen = /** @type {CanvasRenderingContext2D} */ (pad.getContext("2d"));
  let drawn = 0;
  form.hidden = false;
  /**
   * @param {MouseEvent} event
   * @returns {[x: number, y: number]}
   */
  const at = (event) => {
    const box = pad.getBoundingClientRect();
    return [
      ((event.clientX - box.left) * pad.width) / box.width,
      ((event.clientY - box.top) * pad.height) / box.height,
    ];
  };
  const clear = () => {
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, pad.width, pad.height);
    Object.assign(pen, { strokeStyle: "#10151c", lineWidth: 4, lineCap: "round", lineJoin: "round" });
    drawn = 0;
  };
  clear();
  pad.addEventListener("pointerdown", (event) => {
    pad.setPointerCapture(event.pointerId);
    pen.beginPath();
    pen.moveTo(...at(event));
  });
  pad.addEventListener("pointermove", (event) => {
    if (!pad.hasPointerCapture(event.pointerId)) return;
    pen.lineTo(...at(event));
    pen.stroke();
    drawn += 1;
  });
  form.querySelector("[data-clear]")?.addEventListener("click", clear);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const said = /** @type {HTMLElement} */ (form.querySelector("[data-sign-said]"));
    said.textContent = drawn < 3 ? (form.dataset.empty ?? "") : "";
    if (drawn < 3) return;
    /** @type {Blob | null} */
    const picture = await new Promise((done) => pad.toBlob(done, "image/png"));
    const body = new FormData(form);
    body.append("file", new File([/** @type {Blob} */ (picture)], "signature.png", { type: "image/png" }));
    try {
      const answer = await fetch(form.action, { method: "POST", body });
      if (answer.ok) return location.reload();
      const told = new DOMParser().parseFromString(await answer.text(), "text/html");
      said.textContent = told.querySelector(".state p")?.textContent ?? String(answer.status);
    } catch {
      said.textContent = form.dataset.offline ?? "";
    }
  });
}
