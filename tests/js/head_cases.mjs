// Cases of tests/protocol/test_outputs.py: node head_cases.mjs FILE reads them as JSON and prints the results as JSON.

import { readFileSync } from "node:fs";
import { argv, stdout } from "node:process";
import { headOutputs, explainOutput, readOutput } from "../../assets/stage/model/head.js";

const found = JSON.parse(readFileSync(argv[2], "utf8")).map(
  ({ rows, w, b, h, steps, units, target, place, kind, within }) => {
    const head = { kind, within, w: Float32Array.from(w), b: Float32Array.from(b), ...(rows && { rows }) },
      states = Float32Array.from(h);
    const { wrong, ...more } = headOutputs(
      head,
      states,
      steps,
      units,
      target && Float32Array.from(target, (value) => value ?? NaN),
    );
    const tables = { ...more, ...(wrong && { wrong }) };
    return {
      tables: Object.fromEntries(Object.entries(tables).map(([name, table]) => [name, [...table]])),
      readings: Array.from({ length: steps }, (_, t) => readOutput(head, tables, t)),
      explained: explainOutput(head, states, place, { units, layers: 1 }),
    };
  },
);
stdout.write(JSON.stringify(found));
