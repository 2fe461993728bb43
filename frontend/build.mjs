// Builds the web pages' assets into static/build/: one style sheet, one script and one icon sprite, each under
// a name that carries its hash, and manifest.json, which tells the templates those names.
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build, transform } from "esbuild";
import { PurgeCSS } from "purgecss";
import { kept } from "./kept.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const top = resolve(here, "..");
const out = join(top, "src/directapp/interfaces/web/static/build");
const target = ["chrome123", "firefox128", "safari17.5"];

/** Every file that may write a class name of Tabler's; what none of them writes is left out of Tabler's sheet. */
const markup = [
  "src/directapp/interfaces/web/**/*.{html,jinja,py}",
  "src/directapp/derive/**/*.{html,jinja,py}",
  "frontend/*.js",
];

/** @param {string} entry */
async function bundle(entry) {
  const result = await build({
    absWorkingDir: top,
    entryPoints: [join(here, entry)],
    bundle: true,
    write: false,
    minify: entry.endsWith(".js"),
    legalComments: "none",
    target,
    format: "iife",
  });
  return result.outputFiles[0].text;
}

/** Our own sheet, whole, for its class names are composed; and Tabler's in its layer, of which these pages need a seventh. */
async function style({ whole = false } = {}) {
  const raw = await bundle("../node_modules/@tabler/core/dist/css/tabler.css");
  const [{ css }] = await new PurgeCSS().purge({
    content: markup.map((pattern) => join(top, pattern)),
    css: [{ raw }],
    defaultExtractor: (text) => text.match(/[A-Za-z0-9_-]+/g) ?? [],
    safelist: kept,
  });
  return minified(`${await bundle("app.css")}@layer vendor {${(whole ? raw : css).replace(/^@charset[^;]*;/, "")}}`);
}

/** @param {string} css */
async function minified(css) {
  return (await transform(css, { loader: "css", minify: true, target, legalComments: "none" })).code;
}

async function sprite() {
  const names = (await readFile(join(here, "icons.txt"), "utf8"))
    .split("\n")
    .map((line) => line.replace(/#.*/, "").trim())
    .filter(Boolean);
  const symbols = await Promise.all(names.map(symbol));
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`;
}

/** @param {string} name */
async function symbol(name) {
  const file = join(top, "node_modules/@tabler/icons/icons/outline", `${name}.svg`);
  const svg = await readFile(file, "utf8").catch(() => {
    throw new Error(`frontend/icons.txt: Tabler has no outline icon "${name}"`);
  });
  const shapes = svg.replace(/^[\s\S]*?<svg[^>]*>|<\/svg>\s*$/g, "").replace(/\s*\n\s*/g, "");
  return (
    `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" ` +
    `stroke-linecap="round" stroke-linejoin="round">${shapes}</symbol>`
  );
}

/**
 * Writes the file and its compressed twins; answers its name.
 * @param {string} name
 * @param {string | Buffer} text
 */
async function put(name, text) {
  const [stem, ending] = name.split(".");
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 10);
  const hashed = `${stem}.${hash}.${ending}`;
  await writeFile(join(out, hashed), text);
  await writeFile(join(out, `${hashed}.gz`), gzipSync(text, { level: 9 }));
  await writeFile(join(out, `${hashed}.br`), brotliCompressSync(text));
  return hashed;
}

/** The page that describes the REST interface is served by that interface itself, as the package brings it. */
async function docs() {
  const folder = join(top, "src/directapp/interfaces/rest/static/build");
  await mkdir(folder, { recursive: true });
  for (const name of ["swagger-ui.css", "swagger-ui-bundle.js"]) {
    const text = (await readFile(join(top, "node_modules/swagger-ui-dist", name), "utf8")).replace(
      /\n.*sourceMappingURL=.*/,
      "",
    );
    await writeFile(join(folder, name), text);
    await writeFile(join(folder, `${name}.gz`), gzipSync(text, { level: 9 }));
  }
}

async function main() {
  await mkdir(out, { recursive: true });
  await docs();
  const manifest = {
    "app.css": await put("app.css", await style()),
    "app.js": await put("app.js", await bundle("app.js")),
    "hall.js": await put("hall.js", await bundle("hall.js")),
    "offline.js": await put("offline.js", await bundle("offline.js")),
    "plan.css": await put("plan.css", await minified(await bundle("plan.css"))),
    "plan.js": await put("plan.js", await bundle("plan.js")),
    "scan.js": await put("scan.js", await bundle("scan.js")),
    "sign.js": await put("sign.js", await bundle("sign.js")),
    "trend.js": await put("trend.js", await bundle("trend.js")),
    "sw.js": await put("sw.js", await bundle("sw.js")),
    "zxing.wasm": await put(
      "zxing.wasm",
      await readFile(join(top, "node_modules/zxing-wasm/dist/reader/zxing_reader.wasm")),
    ),
    "icons.svg": await put("icons.svg", await sprite()),
  };
  // The manifest changes in one step, and only then do older files go: a running server never meets a gap.
  await writeFile(join(out, "manifest.json.new"), `${JSON.stringify(manifest, null, 2)}\n`);
  await rename(join(out, "manifest.json.new"), join(out, "manifest.json"));
  const current = new Set(Object.values(manifest).flatMap((name) => [name, `${name}.gz`, `${name}.br`]));
  for (const name of await readdir(out)) {
    if (name !== "manifest.json" && !current.has(name)) await rm(join(out, name));
  }
}

// What the tests hold the sheet of the pages against: the same one, of which nothing is left out.
if (process.argv[2] === "--whole") process.stdout.write(await style({ whole: true }));
else await main();
