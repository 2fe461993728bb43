import assert from "node:assert/strict";
import { test } from "node:test";
import { counted } from "../plural.js";
import "./page.js";

test("a count takes the form that its language asks for", () => {
  const norwegian = JSON.stringify({ one: "1 endring", other: "{count} endringer" });
  document.documentElement.lang = "nb";
  assert.deepEqual(
    [0, 1, 2].map((n) => counted(norwegian, n)),
    ["0 endringer", "1 endring", "2 endringer"],
  );
  const polish = JSON.stringify({
    one: "{count} auto",
    few: "{count} auta",
    many: "{count} aut",
    other: "{count} auta",
  });
  document.documentElement.lang = "pl";
  assert.deepEqual(
    [1, 2, 5, 22].map((n) => counted(polish, n)),
    ["1 auto", "2 auta", "5 aut", "22 auta"],
  );
});

test("a form that is not there is told as any other", () => {
  document.documentElement.lang = "pl";
  assert.equal(counted(JSON.stringify({ other: "{count} rader" }), 3), "3 rader");
  assert.equal(counted("{}", 3), "");
});
