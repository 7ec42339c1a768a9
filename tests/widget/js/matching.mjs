// Which rows the browser finds: reads the kernel's messages and searches from stdin, and prints the rows of each search.
import { readFileSync } from "node:fs";
import { Store } from "../../../batchnb/widget/js/model/store.js";

const { messages, queries, now } = JSON.parse(readFileSync(0, "utf-8"));
const listeners = {};
const model = { get: () => undefined, on: (name, callback) => (listeners[name] = callback), off: () => {}, send: () => {} };
const store = new Store(model, () => {});
Date.now = () => now;
for (const [content, buffers] of messages) {
  listeners["msg:custom"](content, buffers.map((text) => new DataView(Uint8Array.from(Buffer.from(text, "base64")).buffer)));
}
const found = queries.map((query) => {
  store.matches.query = query;
  store.refilter();
  return store.matches.error ?? [...store.matches.rows];
});
process.stdout.write(JSON.stringify({ found, shown: store.viewState.now.shown }));
process.exit(0);
