// Moves of one booking take turns: each is judged and sent when the one before it has been answered, by what is stored then.
export function turnsOf(plan) {
  const turns = new Map();
  const turn = {
    /** Whether a booking is in the hand, or further moves of it wait for the answer to one. */
    isBusy: (id) => plan.lifted === id || (turns.get(id)?.waiting ?? 0) > 1,
    /** Moves a booking; what is refused goes back to where it is stored. */
    move(id, to) {
      const mine = turns.get(id) ?? { waiting: 0, last: Promise.resolve() };
      turns.set(id, mine);
      mine.waiting += 1;
      Object.assign(plan.rows.get(id), { start: to.start, end: to.end, row: to.resource });
      mine.last = mine.last.then(async () => {
        const values = plan.rows.has(id) ? plan.valuesOf(id, to) : {};
        const changes = values.starts_at || values.ends_at || values.resource;
        const said = changes ? await plan.place(values, to) : { ok: true };
        mine.waiting -= 1;
        if (!mine.waiting) turns.delete(id);
        turn.rest(id);
        return said;
      });
      return mine.last;
    },
    /** Draws a booking where it is stored, once nothing more is done with it. */
    rest(id) {
      const row = plan.rows.get(id);
      if (!row || plan.lifted === id || turns.has(id)) return;
      const { start, end, resource } = row.stored;
      if (start !== row.start || end !== row.end || resource !== row.row) plan.draw(id, row.stored);
    },
  };
  return turn;
}
