import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const folder = new URL("..", import.meta.url);
const built = new URL("../src/directapp/interfaces/web/static/build/", folder);
const IMPORT = /@import "([^"]+)"([^;]*);/g;

/** @type {(place: URL) => string} */
const read = (place) => readFileSync(place, "utf8").replace(/\/\*[\s\S]*?\*\//g, "");
const sheets = new Map(
  readdirSync(folder)
    .filter((name) => name.endsWith(".css"))
    .map((name) => [name, read(new URL(name, folder))]),
);
const entries = ["app.css", "plan.css"].map((name) => sheets.get(name) ?? "");
const order = entries[0].match(/@layer ([^;{]+);/)?.[1].split(", ") ?? [];
const imports = entries
  .flatMap((text) => [...text.matchAll(IMPORT)])
  .map(([, name, how]) => ({ name, how: how.trim() }));

/**
 * What a sheet consists of, without what stands in braces.
 * @param {string} text
 */
function outermost(text) {
  const found = [];
  let depth = 0;
  let said = "";
  for (const sign of text) {
    if (sign === "}") depth -= 1;
    else if (depth === 0 && sign !== "{" && sign !== ";") said += sign;
    if (depth === 0 && /[{;]/.test(sign)) {
      found.push(said.trim());
      said = "";
    }
    if (sign === "{") depth += 1;
  }
  return found;
}

test("the order of the layers is declared once, before anything else", () => {
  assert.ok(entries[0].trim().startsWith("@layer vendor, tokens, "));
  assert.equal([...sheets.values()].join("").match(/@layer/g)?.length, 1);
});

test("each sheet stands in one layer, and they are named from the weakest to the strongest", () => {
  const names = imports.map(({ how }) => /^layer\((\w+)\)$/.exec(how)?.[1] ?? how);
  for (const name of names) assert.ok(order.includes(name), name);
  const inApp = names.slice(0, [...entries[0].matchAll(IMPORT)].length).map((name) => order.indexOf(name));
  assert.deepEqual(
    inApp,
    inApp.toSorted((a, b) => a - b),
  );
  const own = imports.map(({ name }) => name).filter((name) => name.startsWith("./"));
  assert.deepEqual(
    own.toSorted(),
    [...sheets.keys()].filter((name) => !/^(app|plan)\.css$/.test(name)).map((n) => `./${n}`),
  );
});

test("no rule of the sheets that are built stands outside of a layer", () => {
  /** @type {Record<string, string>} */
  const manifest = JSON.parse(readFileSync(new URL("manifest.json", built), "utf8"));
  for (const name of ["app.css", "plan.css"]) {
    const found = outermost(read(new URL(manifest[name], built)));
    assert.ok(found.length > 0);
    assert.deepEqual(
      found.filter((said) => !said.startsWith("@layer ")),
      [],
    );
  }
});
