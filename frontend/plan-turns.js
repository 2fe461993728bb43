// Moves of one booking take turns: each is judged and sent when the one before it has been answered, by what is stored then.

/**
 * @typedef {import("./plan-bookings.js").Stand} Stand
 * @typedef {import("./plan-server.js").Said} Said
 * @typedef {{ waiting: number, last: Promise<Said> }} Turn
 */

/**
 * @param {{ bookings: import("./plan-bookings.js").Bookings, hand: import("./plan-hand.js").Hand,
 *   place: (values: import("./plan-server.js").Values, to: Stand) => Promise<Said>,
 *   draw: (id: string, to: Stand) => void }} plan
 */
export function turnsOf({ bookings, hand, place, draw }) {
  /** @type {Map<string, Turn>} */
  const turns = new Map();

  /**
   * Draws a booking where it is stored, once nothing more is done with it.
   * @param {string | undefined} id
   */
  function rest(id) {
    const row = id && bookings.get(id);
    if (!id || !row || hand.lifted === id || turns.has(id)) return;
    const { start, end, resource } = row.stored;
    if (start !== row.start || end !== row.end || resource !== row.row) draw(id, row.stored);
  }

  return {
    rest,
    /**
     * Whether a booking is in the hand, or further moves of it wait for the answer to one.
     * @param {string} id
     */
    isBusy: (id) => hand.lifted === id || (turns.get(id)?.waiting ?? 0) > 1,
    /**
     * Moves a booking; what is refused goes back to where it is stored.
     * @param {string} id
     * @param {Stand} to
     */
    move(id, to) {
      const mine = turns.get(id) ?? { waiting: 0, last: Promise.resolve({ ok: true }) };
      turns.set(id, mine);
      mine.waiting += 1;
      bookings.move(id, to);
      mine.last = mine.last.then(async () => {
        const values = bookings.get(id) ? bookings.changes(id, to) : undefined;
        const isChange = values && (values.starts_at || values.ends_at || values.resource);
        const said = values && isChange ? await place(values, to) : { ok: true };
        mine.waiting -= 1;
        if (!mine.waiting) turns.delete(id);
        rest(id);
        return said;
      });
      return mine.last;
    },
  };
}
