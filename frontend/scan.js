// Reads a VIN's barcode (Code 39 or 128) or a QR label from the camera or from a photo, and hands it to the page's form.
// The browser's own detector where it knows these codes, else ZXing, compiled, from our own origin.
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";

const NATIVE = ["code_39", "code_128", "qr_code", "data_matrix"];
/** @type {import("zxing-wasm/reader").ReaderOptions["formats"]} */
const COMPILED = ["Code39", "Code128", "QRCode", "DataMatrix"];
const PAUSE = 180;

const place = /** @type {HTMLElement} */ (document.querySelector("[data-scan]"));
const part = /** @type {(name: string) => HTMLElement} */ ((name) => place.querySelector(`[data-${name}]`));
const said = part("said");
/** @type {MediaStream | null} */
let stream = null;

if (place) start();

function start() {
  prepareZXingModule({ overrides: { locateFile: () => place.dataset.wasm ?? "" } });
  const photo = /** @type {HTMLInputElement} */ (part("photo"));
  photo.addEventListener("change", () => photo.files?.[0] && readPhoto(photo, photo.files[0]));
  if (!navigator.mediaDevices?.getUserMedia) return;
  part("camera").hidden = false;
  part("camera").addEventListener("click", () => (stream ? stop() : watch()));
  addEventListener("pagehide", stop);
}

/**
 * @param {HTMLInputElement} input
 * @param {File} file
 */
async function readPhoto(input, file) {
  said.textContent = place.dataset.reading ?? "";
  const found = await read(file).catch(() => null);
  input.value = "";
  if (found) open(found);
  else said.textContent = place.dataset.nothing ?? "";
}

async function watch() {
  try {
    const video = { facingMode: "environment", width: { ideal: 1920 } };
    stream = await navigator.mediaDevices.getUserMedia({ video, audio: false });
  } catch {
    said.textContent = place.dataset.noCamera ?? "";
    return;
  }
  const view = /** @type {HTMLVideoElement} */ (part("view"));
  view.srcObject = stream;
  view.hidden = false;
  label(place.dataset.stop);
  await view.play();
  while (stream) {
    const found = await read(await frame(view)).catch(() => null);
    if (found && stream) return open(found);
    await new Promise((go) => setTimeout(go, PAUSE));
  }
}

function stop() {
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = null;
  part("view").hidden = true;
  label(place.dataset.start);
}

/** @param {string | undefined} text */
function label(text) {
  const words = /** @type {HTMLElement} */ (part("camera").querySelector("span"));
  words.textContent = text ?? "";
}

/** @param {HTMLVideoElement} view */
function frame(view) {
  const canvas = new OffscreenCanvas(view.videoWidth || 1, view.videoHeight || 1);
  const options = { willReadFrequently: true };
  const pen = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d", options));
  pen.drawImage(view, 0, 0);
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}

/**
 * Returns the text of the first code in a picture, null where there is none.
 * @param {Blob | ImageData} picture
 */
async function read(picture) {
  return (await natively(picture)) ?? (await compiled(picture));
}

/** @param {Blob | ImageData} picture */
async function natively(picture) {
  if (!("BarcodeDetector" in globalThis)) return null;
  try {
    const known = await BarcodeDetector.getSupportedFormats();
    const formats = NATIVE.filter((name) => known.includes(name));
    if (!formats.length) return null;
    const image = await createImageBitmap(picture);
    const found = await new BarcodeDetector({ formats }).detect(image);
    return found[0]?.rawValue || null;
  } catch {
    return null;
  }
}

/** @param {Blob | ImageData} picture */
async function compiled(picture) {
  const found = await readBarcodes(picture, { formats: COMPILED, tryHarder: true, maxNumberOfSymbols: 1 });
  return found[0]?.text || null;
}

/**
 * A VIN's barcode may begin with an I, which no VIN holds.
 * @param {string} text
 */
function open(text) {
  stop();
  const code = /^I[A-HJ-NPR-Z0-9]{17}$/.test(text.trim()) ? text.trim().slice(1) : text.trim();
  said.textContent = (place.dataset.read ?? "").replace("{code}", code);
  const form = /** @type {HTMLFormElement} */ (part("code"));
  form.elements.code.value = code;
  form.requestSubmit();
}
