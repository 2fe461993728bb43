// What the plan asks the server: whether a booking may stand there, and to put it there.
const PATIENCE = 110;
// An answer that is lost is asked for again, under the same key.
const AGAIN_AFTER = [700, 2500];

/**
 * What is asked or put: of what is stored, only what changes.
 * @typedef {Record<string, string | number | undefined>} Values
 * @typedef {{ ok: boolean, why?: string, id?: string, done?: string, fields?: string[], asks?: boolean,
 *   drafts?: boolean }} Said
 * @typedef {ReturnType<typeof serverOf>} Server
 */

/**
 * Reads an address; nothing where no good answer comes.
 * @param {string} address
 * @param {HeadersInit} [headers]
 */
export async function read(address, headers = {}) {
  const answer = await fetch(address, { headers }).catch(() => undefined);
  return answer?.ok && !answer.redirected ? answer : undefined;
}

/** @param {{ csrf: string, words: Record<string, string> }} page */
export function serverOf({ csrf, words }) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting;
  let asked = 0;

  /**
   * @param {string} path
   * @param {Values} values
   * @returns {Promise<Said>}
   */
  async function post(path, values) {
    const known = Object.entries(values).filter(([, value]) => value !== undefined && value !== "");
    const body = new URLSearchParams(known.map(([name, value]) => [name, String(value)]));
    const answer = await fetch(path, {
      method: "POST",
      body,
      keepalive: true,
      headers: { "x-csrf-token": csrf, accept: "application/json" },
    });
    if (!answer.headers.get("content-type")?.includes("json")) throw new Error(String(answer.status));
    return answer.json();
  }

  return {
    /**
     * Asks once the hand rests; only the latest question is answered.
     * @param {Values} values
     * @param {(said: Said) => void} heard
     */
    judge(values, heard) {
      clearTimeout(waiting);
      const mine = ++asked;
      waiting = setTimeout(async () => {
        const said = await post("/app/plan/judge", values).catch(() => undefined);
        if (said && mine === asked) heard(said);
      }, PATIENCE);
    },
    forget() {
      clearTimeout(waiting);
      asked += 1;
    },
    /**
     * @param {Values} values
     * @returns {Promise<Said>}
     */
    async put(values) {
      const back = location.pathname + location.search;
      const key = crypto.randomUUID().replaceAll("-", "");
      for (const pause of [...AGAIN_AFTER, 0]) {
        try {
          return await post("/app/plan/put", { ...values, back, _key: key });
        } catch {
          await new Promise((done) => setTimeout(done, pause));
        }
      }
      return { ok: false, why: words.said_no_network };
    },
  };
}
