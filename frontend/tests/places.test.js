import assert from "node:assert/strict";
import { test } from "node:test";
import { KEPT, TAKEN } from "../places.js";

const ID = "01890000-0000-7000-8000-000000000001";

test("pages of the floor and of what it works on are kept, and no others", () => {
  for (const path of ["/", "/app/floor", "/app/plan/mine", `/app/cars/${ID}`, `/app/work_items/${ID}/part/comments`])
    assert.match(path, KEPT);
  for (const path of [
    "/app",
    "/app/cars",
    "/app/plan",
    `/app/customers/${ID}`,
    `/app/cars/${ID}/part/`,
    "/app/floor/x",
  ])
    assert.doesNotMatch(path, KEPT);
});

test("taps and forms of the floor wait without network, and no others", () => {
  for (const end of [`floor/${ID}/start`, `cars/${ID}`, `inspections/${ID}/answers`, `cars/${ID}/fact/parking_spot`])
    assert.match(`/app/${end}`, TAKEN);
  // What is said and photographed of any record waits too.
  for (const end of [`car_transfers/${ID}/part/comments`, `resource_bookings/${ID}/part/car_files`])
    assert.match(`/app/${end}`, TAKEN);
  for (const end of [`resource_bookings/${ID}`, `cars/${ID}/part/history`, `cars/${ID}/answers/x`, "cars/new"])
    assert.doesNotMatch(`/app/${end}`, TAKEN);
});
