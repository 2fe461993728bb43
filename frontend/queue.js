// The queue on this device: forms that could not be sent, in the order in which they were made. Pages read it, the
// worker writes and sends it. An entry: {id, person, url, part, fields: [[name, value or File]], at, state, status, answer}.
const NAME = "directapp";
const STORES = { entries: { keyPath: "id", autoIncrement: true }, facts: {} };
const PASSING = new Set(["_csrf", "_key", "_at"]);

/**
 * @typedef {[name: string, value: FormDataEntryValue]} Field
 * @typedef {{ id?: number, person?: string, url: string, part?: boolean, fields: Field[], at?: number, state: string,
 *   status?: number, answer?: string }} Entry
 */

/** @type {Promise<IDBDatabase> | null} */
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

/**
 * @template T
 * @param {string} store
 * @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => IDBRequest<T>} deed
 * @returns {Promise<T>}
 */
async function run(store, mode, deed) {
  const base = await open();
  return new Promise((done, failed) => {
    const change = base.transaction(store, mode);
    const asked = deed(change.objectStore(store));
    change.oncomplete = () => done(asked.result);
    change.onerror = change.onabort = () => failed(change.error);
  });
}

/**
 * Whether an answer says that the server is not there for the moment: what was typed is kept and sent later.
 * @param {number} status
 */
export const away = (status) => status >= 502 && status <= 504;

/** @type {() => Promise<Entry[]>} */
export const all = () => run("entries", "readonly", (s) => s.getAll());
/** @type {(entry: Entry) => Promise<IDBValidKey>} */
export const put = (entry) => run("entries", "readwrite", (s) => s.put(entry));
/** @type {(id: number) => Promise<undefined>} */
export const drop = (id) => run("entries", "readwrite", (s) => s.delete(id));
/**
 * What the worker knows: whose device it is, and whether they are signed out.
 * @typedef {{ person: string, "signed-out": boolean }} Facts
 * @type {<K extends keyof Facts>(name: K) => Promise<Facts[K] | undefined>}
 */
export const recall = (name) => run("facts", "readonly", (s) => s.get(name));
/** @type {<K extends keyof Facts>(name: K, value: Facts[K]) => Promise<IDBValidKey>} */
export const remember = (name, value) => run("facts", "readwrite", (s) => s.put(value, name));

/** @type {(entry: Entry, name: string) => FormDataEntryValue | undefined} */
export const value = (entry, name) => entry.fields.findLast(([n]) => n === name)?.[1];

/** @type {(entry: Entry, name: string, text: string) => void} */
export function set(entry, name, text) {
  entry.fields = [...entry.fields.filter(([n]) => n !== name), [name, text]];
}

/**
 * What is to be kept of a new entry beside those that wait for the same address: null where it was said before. A form
 * that carries all of its part replaces what waits of it; anything else said on the same sheet is new.
 * @param {Entry} entry
 * @param {Entry[]} waiting
 */
export function joined(entry, waiting) {
  if (waiting.some((e) => said(e) === said(entry) && value(e, "_key") === value(entry, "_key"))) return null;
  const whole = entry.fields.some(([n]) => n === "_fields");
  const same = waiting.findLast((e) => whole && value(e, "_group") === value(entry, "_group"));
  if (same) return { ...entry, id: same.id };
  const kept = { ...entry };
  if (waiting.some((e) => value(e, "_key") === value(entry, "_key"))) set(kept, "_key", newKey());
  return kept;
}

/**
 * The fields that a person has typed or chosen.
 * @type {(entry: Entry) => Field[]}
 */
export const plain = (entry) => entry.fields.filter(([n]) => !PASSING.has(n));

/** @type {(entry: Entry) => string} */
function said(entry) {
  return JSON.stringify(plain(entry).map(([n, v]) => [n, typeof v === "string" ? v : [v.name, v.size]]));
}

/** @type {() => string} */
export const newKey = () => crypto.randomUUID().replaceAll("-", "");
