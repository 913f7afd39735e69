// Runs the cases of tests/protocol/test_scene_from.py: node scene_cases.mjs FOLDER. There shared.json, cases.json and
// numbers.f4 say what to build; found.json and found.f4 say what came of it. In the JSON {"at", "size"} stands for so many
// float32 from there on.

import { readFileSync, writeFileSync } from "node:fs";
import { argv } from "node:process";
import * as head from "../../assets/stage/data/head_outputs.js";
import { LocalResponses, MOST_STEPS } from "../../assets/stage/data/local_responses.js";
import { runFrom } from "../../assets/stage/data/local_run.js";
import { MOST_BYTES, sceneFrom } from "../../assets/stage/data/scene_from.js";
import * as tiles from "../../assets/stage/data/tile_from.js";
import { ORDER_NAMES, rankingArrays, rankingOf } from "../../assets/stage/data/unit_orders.js";

const [, , folder] = argv,
  bytes = readFileSync(`${folder}/numbers.f4`);
const numbers = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
const read = (name) => JSON.parse(readFileSync(`${folder}/${name}`, "utf8"), numbered);
const put = [];
let size = 0;

function numbered(_, value) {
  return value?.at !== undefined && value.size !== undefined ? numbers.slice(value.at, value.at + value.size) : value;
}

/** A message whose arrays are numbers of found.f4. */
function stored({ header, arrays }) {
  const places = Object.entries(arrays).map(([name, table]) => {
    put.push(table);
    size += table.length;
    const kind = table instanceof Int32Array ? "i" : "f";
    return [name, { from: size - table.length, columns: table.columns, rows: table.rows, kind }];
  });
  return { header, arrays: Object.fromEntries(places) };
}

const shared = read("shared.json");
const found = read("cases.json").map(({ model, input, options, trace, requests, orders }) => {
  const given = { ...options, shared: shared[options.language] };
  const run = runFrom(model, input, { ...given, trace }),
    local = new LocalResponses(run);
  return {
    computed: stored(sceneFrom(model, input, given)),
    traced: stored(sceneFrom(model, input, { ...given, trace })),
    replies: requests.map((request) => stored(local.respond(request))),
    orders: orders.map(({ how, layer, window }) =>
      stored({ header: {}, arrays: rankingArrays(rankingOf(run, how, layer, window)) }),
    ),
  };
});

const all = new Float32Array(size);
let at = 0;
for (const values of put) {
  all.set(values, at);
  at += values.length;
}
const { MOST_ROWS, LONGEST_NAME } = head;
const limits = { ...tiles, MOST_ROWS, LONGEST_NAME, MOST_STEPS, MOST_BYTES, ORDERS: ORDER_NAMES };
writeFileSync(`${folder}/found.json`, JSON.stringify({ found, limits }));
writeFileSync(`${folder}/found.f4`, new Uint8Array(all.buffer));
