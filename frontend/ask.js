// What a script asks the server for beside the page. Nothing is thrown where none answers: the network may be gone, and
// a browser that leaves the page drops what is on its way, the rest of an answer too.

/**
 * @param {string} address
 * @param {Record<string, string>} [headers]
 * @returns {Promise<any>} The answer's values; undefined without network or right, or where one is signed out.
 */
export async function askJson(address, headers = {}) {
  try {
    const answer = await fetch(address, { headers: { accept: "application/json", ...headers } });
    const told = answer.ok && answer.headers.get("content-type")?.includes("json");
    return told ? await answer.json() : undefined;
  } catch {
    return undefined;
  }
}

/**
 * @param {string} address
 * @returns {Promise<string | undefined>} A part of a page; undefined without network or right.
 */
export async function askPart(address) {
  try {
    const answer = await fetch(address, { headers: { "hx-request": "true" } });
    return answer.ok ? await answer.text() : undefined;
  } catch {
    return undefined;
  }
}
