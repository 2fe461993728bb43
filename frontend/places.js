// The pages that are kept for later and the forms that are taken without network, as the server knows them too.
import places from "../src/directapp/interfaces/web/features/floor/offline.json" with { type: "json" };

/** @type {Record<string, string>} */
const parts = places.parts;

/** @type {(addresses: string[]) => RegExp} */
const anyOf = (addresses) =>
  new RegExp(`^(?:${addresses.join("|").replace(/\{(\w+)\}/g, (_, part) => `(?:${parts[part]})`)})$`);

export const KEPT = anyOf(places.kept);
export const TAKEN = anyOf(places.taken.map(({ at }) => at));
