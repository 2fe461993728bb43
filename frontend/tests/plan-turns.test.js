import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Bookings } from "../plan-bookings.js";
import { Hand } from "../plan-hand.js";
import { turnsOf } from "../plan-turns.js";
import { booked, CONFIG, told } from "./plan-week.js";

const AT = { start: "2026-11-24T08:00", end: "2026-11-24T10:00", resource: "lift" };
/** @type {(hour: string) => import("../plan-bookings.js").Stand} */
const later = (hour) => ({ ...AT, start: `2026-11-24T${hour}:00`, end: `2026-11-24T${Number(hour) + 2}:00` });

/** @type {(string | number | undefined)[]} */
let sent;
/** @type {string[]} */
let drawn;
/** @type {((said: import("../plan-server.js").Said) => void)[]} */
let answers;
/** @type {Hand} */
let hand;
/** @type {ReturnType<typeof turnsOf>} */
let turns;

/** One booking, of which the server stores what it is sent, once it is let to answer. */
beforeEach(() => {
  [sent, drawn, answers] = [[], [], []];
  hand = new Hand();
  const bookings = new Bookings(CONFIG, () => true);
  bookings.take(told(booked("a")));
  turns = turnsOf({
    bookings,
    hand,
    place: (values, to) => {
      sent.push(values.starts_at);
      return new Promise((done) =>
        answers.push((said) => {
          const stored = { starts_at: bookings.instant(to.start), ends_at: bookings.instant(to.end) };
          if (said.ok) bookings.learn(booked("a", stored));
          done(said);
        }),
      );
    },
    draw: (_, to) => drawn.push(to.start),
  });
});

const soon = () => new Promise((done) => setTimeout(done));

test("the second move waits for the answer to the first", async () => {
  const moves = [turns.move("a", later("09")), turns.move("a", later("11"))];
  await soon();
  assert.deepEqual(sent, ["2026-11-24T09:00"]);
  assert.equal(turns.isBusy("a"), true);
  answers[0]({ ok: true });
  await soon();
  assert.deepEqual(sent, ["2026-11-24T09:00", "2026-11-24T11:00"]);
  assert.equal(turns.isBusy("a"), false);
  answers[1]({ ok: true });
  assert.deepEqual(await Promise.all(moves), [{ ok: true }, { ok: true }]);
  assert.deepEqual(drawn, []);
});

test("what is refused is drawn where it is stored, but not while it is in the hand", async () => {
  const moved = turns.move("a", later("09"));
  await soon();
  hand.lift("a");
  answers[0]({ ok: false, why: "full" });
  assert.equal((await moved).why, "full");
  assert.deepEqual(drawn, []);
  turns.rest(hand.land());
  assert.deepEqual(drawn, ["2026-11-24T08:00"]);
});

test("a move back to where it is stored is not sent", async () => {
  assert.deepEqual(await turns.move("a", AT), { ok: true });
  assert.deepEqual(sent, []);
});
