// The queue on this device: forms that could not be sent, in the order in which they were made. Pages read it, the
// worker writes and sends it. An entry: {id, person, url, part, fields: [[name, value or File]], at, state, status, answer}.
const NAME = "directapp";
const STORES = { entries: { keyPath: "id", autoIncrement: true }, facts: {} };
let opened = null;

function open() {
  opened ??= new Promise((done, failed) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      for (const [name, options] of Object.entries(STORES)) asked.result.createObjectStore(name, options);
    };
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
  return opened;
}

async function run(store, mode, deed) {
  const base = await open();
  return new Promise((done, failed) => {
    const change = base.transaction(store, mode);
    const asked = deed(change.objectStore(store));
    change.oncomplete = () => done(asked?.result);
    change.onerror = change.onabort = () => failed(change.error);
  });
}

export const all = () => run("entries", "readonly", (s) => s.getAll());
export const put = (entry) => run("entries", "readwrite", (s) => s.put(entry));
export const drop = (id) => run("entries", "readwrite", (s) => s.delete(id));
export const recall = (name) => run("facts", "readonly", (s) => s.get(name));
export const remember = (name, value) => run("facts", "readwrite", (s) => s.put(value, name));

export const value = (entry, name) => entry.fields.findLast(([n]) => n === name)?.[1];

export function set(entry, name, text) {
  entry.fields = [...entry.fields.filter(([n]) => n !== name), [name, text]];
}

export const newKey = () => crypto.randomUUID().replaceAll("-", "");
