// Runs the cases of tests/protocol/test_browser_gru.py: node gru_cases.mjs FOLDER. There cases.json and numbers.f4 say what to run;
// found.json and found.f4 say what came of it. In the JSON {"at", "size"} stands for so many float32 from there on.

import { readFileSync, writeFileSync } from "node:fs";
import { argv } from "node:process";
import { startRerun, explain, finishRerun, prepare, allocateGates, sums } from "../../assets/stage/model/gru.js";

const [, , folder] = argv,
  bytes = readFileSync(`${folder}/numbers.f4`);
const numbers = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
const put = [];
let size = 0;

/** @param {Float32Array} values */
function kept(values) {
  put.push(values);
  size += values.length;
  return { at: size - values.length, size: values.length };
}

const cases = JSON.parse(readFileSync(`${folder}/cases.json`, "utf8"), (_, value) =>
  value?.at !== undefined && value.size !== undefined ? numbers.slice(value.at, value.at + value.size) : value,
);
const found = cases.map(({ model, x, h0, edits, gates, places, pieces, names }) => {
  const prepared = prepare(model),
    steps = x.length / model.layers[0].inputs,
    free = allocateGates(model, steps),
    bent = allocateGates(model, steps);
  finishRerun(startRerun(prepared, x, h0, [], null, free));
  const changed = finishRerun(startRerun(prepared, x, h0, edits, free, bent)),
    told = ({ r, z, n, h }) => ({ r: kept(r), z: kept(z), n: kept(n), h: kept(h) });
  // taken apart are Python's own gates, so that nothing but the taking apart can differ
  const ran = { model, x, h0, edits, gates };
  return {
    free: free.map(told),
    bent: bent.map(told),
    changed,
    explained: places.map((place) => explain(ran, place, names)),
    sums: pieces.map((piece) =>
      Object.fromEntries(Object.entries(sums(ran, piece)).map(([gate, values]) => [gate, kept(values)])),
    ),
  };
});

const all = new Float32Array(size);
let at = 0;
for (const values of put) {
  all.set(values, at);
  at += values.length;
}
writeFileSync(`${folder}/found.json`, JSON.stringify(found));
writeFileSync(`${folder}/found.f4`, new Uint8Array(all.buffer));
