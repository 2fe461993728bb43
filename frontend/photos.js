// Photos are made smaller on the phone before they are sent or wait for the network: the line in a hall is slow, and what
// a device keeps is little. What the browser cannot read is sent as it is.
const LONGEST = 1600;
const QUALITY = 0.85;

/** @param {Document} page */
export function shrinkPhotos(page) {
  /** @type {WeakMap<HTMLFormElement, Promise<void>>} */
  const shrinking = new WeakMap();
  page.addEventListener("change", async ({ target }) => {
    if (!target.matches?.("[data-shrink]")) return;
    const input = /** @type {HTMLInputElement & { form: HTMLFormElement }} */ (target);
    const work = shrinkAll(input);
    shrinking.set(input.form, work);
    await work;
    shrinking.delete(input.form);
    if ("send" in input.dataset && input.files?.length) input.form.requestSubmit();
  });
  // Who is quicker than the phone sends when it is done.
  page.addEventListener(
    "submit",
    async (event) => {
      const { target: form, submitter } = event;
      const work = shrinking.get(form);
      if (!work) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      await work;
      form.requestSubmit(submitter);
    },
    true,
  );
}

/** @param {HTMLInputElement} input */
async function shrinkAll(input) {
  const made = new DataTransfer();
  for (const file of input.files ?? []) made.items.add(await shrunk(file));
  input.files = made.files;
}

/**
 * @param {File} file
 * @returns {Promise<File>}
 */
async function shrunk(file) {
  try {
    const photo = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST / Math.max(photo.width, photo.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(photo.width * scale);
    canvas.height = Math.round(photo.height * scale);
    canvas.getContext("2d")?.drawImage(photo, 0, 0, canvas.width, canvas.height);
    photo.close();
    /** @type {Blob | null} */
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
    if (!blob || (scale === 1 && blob.size >= file.size)) return file;
    const name = `${file.name.replace(/\.[^.]*$/, "")}.jpg`;
    return new File([blob], name, { type: blob.type, lastModified: file.lastModified });
  } catch {
    return file;
  }
}
