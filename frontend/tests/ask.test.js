import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { askJson, askPart } from "../ask.js";

/** @type {Record<string, import("node:http").RequestListener>} */
const ANSWERS = {
  "/json": (asked, answer) => answer.setHeader("content-type", "application/json").end(`["${asked.headers.accept}"]`),
  "/page": (asked, answer) =>
    answer.setHeader("content-type", "text/html").end(`<p>${asked.headers["hx-request"]}</p>`),
  "/refused": (_, answer) => answer.writeHead(403, { "content-type": "application/json" }).end("{}"),
  "/gone": (_, answer) => answer.destroy(),
  // The first half of an answer, and no more of it.
  "/half": (_, answer) => {
    answer.writeHead(200, { "content-type": "application/json", "content-length": "900" });
    answer.write("[", () => answer.destroy());
  },
};
const server = createServer((asked, answer) => ANSWERS[asked.url ?? ""](asked, answer));
let address = "";
before(async () => {
  await new Promise((done) => server.listen(0, "127.0.0.1", () => done(undefined)));
  address = `http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}`;
});
after(() => void server.close());

test("an answer is read as what it was asked for as", async () => {
  assert.deepEqual(await askJson(`${address}/json`), ["application/json"]);
  assert.equal(await askPart(`${address}/page`), "<p>true</p>");
});

test("what is no such answer is none", async () => {
  assert.equal(await askJson(`${address}/page`), undefined);
  assert.equal(await askJson(`${address}/refused`), undefined);
  assert.equal(await askPart(`${address}/refused`), undefined);
});

test("a network that goes, before an answer or within it, throws nothing", async () => {
  for (const ask of [askJson, askPart])
    for (const way of ["gone", "half"]) assert.equal(await ask(`${address}/${way}`), undefined);
});
