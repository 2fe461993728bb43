// Drives the official client through what the interface promises it; prints what it got as JSON.
import {
  aggregate,
  authentication,
  createDirectus,
  createItem,
  createItems,
  deleteItems,
  readItem,
  readItems,
  readMe,
  readUsers,
  rest,
  serverHealth,
  serverPing,
  updateFile,
  updateItem,
  updateItems,
  updateItemsBatch,
  updateMe,
  uploadFiles,
  readAssetArrayBuffer,
} from "@directus/sdk";

const [url, email, password] = process.argv.slice(2);
const client = createDirectus(url).with(authentication("json", { autoRefresh: false })).with(rest());
const found = {};

found.health = (await client.request(serverHealth())).status;
found.ping = await client.request(serverPing());
found.refused = await client.request(readMe()).catch((error) => error.errors[0].extensions.code);
found.wrong = await client.login({ email, password: "feil" }).catch((error) => error.errors[0].extensions.code);
const signedIn = await client.login({ email, password });
found.expires = signedIn.expires;
found.me = await client.request(readMe({ fields: ["email", { dealership: ["name"] }] }));
found.language = (await client.request(updateMe({ language: "en" }))).language;

const car = { car_type: "used", make: "Audi", model: "Q4", license_plate: "EL 12345" };
const made = await client.request(createItem("cars", car, { fields: ["id", "license_plate", "version"] }));
found.made = { ...made, id: typeof made.id };
const many = await client.request(
  createItems("cars", [
    { ...car, license_plate: "EL 22345", model: "A1" },
    { ...car, license_plate: "EL 32345", model: "A2" },
  ]),
);
found.changed = (await client.request(updateItem("cars", made.id, { model: "Q6", version: 1 }))).model;
found.stale = await client
  .request(updateItem("cars", made.id, { model: "Q8", version: 1 }))
  .catch((error) => error.errors[0].extensions);
const keys = many.map((row) => row.id);
found.same = (await client.request(updateItems("cars", keys, { color: "rød" }))).map((row) => row.color);
found.batch = (await client.request(updateItemsBatch("cars", keys.map((id, n) => ({ id, color: String(n) }))))).map(
  (row) => row.color,
);
found.list = await client.request(
  readItems("cars", {
    fields: ["model", { dealership: ["name"] }],
    filter: { _or: [{ model: { _starts_with: "A" } }, { license_plate: { _in: ["EL 12345"] } }] },
    sort: ["-model"],
    limit: 2,
  }),
);
found.one = await client.request(readItem("cars", made.id, { fields: ["model"] }));
found.count = await client.request(aggregate("cars", { aggregate: { count: "*" }, groupBy: ["make"] }));
found.users = (await client.request(readUsers({ fields: ["id"], limit: 1 }))).length;
found.unlisted = await client.request(readItems("cars", { limit: -1 })).catch((error) => error.errors[0].extensions);
found.delete = await client.request(deleteItems("cars", [made.id])).catch((error) => error.errors[0].extensions.code);

const form = new FormData();
form.append("title", "Ordrebekreftelse");
form.append("file", new Blob(["%PDF-1.7\n"], { type: "application/pdf" }), "ordre.pdf");
const file = await client.request(uploadFiles(form));
found.file = { title: file.title, media_type: file.media_type };
found.renamed = (await client.request(updateFile(file.id, { title: "Ordre" }))).title;
found.bytes = Buffer.from(await client.request(readAssetArrayBuffer(file.id))).toString();

const renewed = await client.refresh();
found.renewed = renewed.refresh_token !== signedIn.refresh_token && (await client.request(readMe())).email;
await client.logout();
found.out = await client.request(readMe()).catch((error) => error.errors[0].extensions.code);
console.log(JSON.stringify(found));
