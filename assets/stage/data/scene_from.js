// A complete scene from weights and an input, without a server. It equals that of `message` in gruviz/protocol/scene.py;
// tests/protocol/test_scene_from.py compares the two. A run too long for one exact tile is pooled, see tile_from.js.

/** @import { LocalInput, LocalRun, ModelWithHead, RunOptions } from "./local_run.js" */
/** @import { Statistic, Status, View } from "./scene_types.js" */
/** @import { Table, Tables } from "../model/table.js" */
/** @import { ModelMessage } from "./known_model.js" */
import { HeadOutputs } from "./head_outputs.js";
import { runFrom } from "./local_run.js";
import { tableCopy } from "../model/table.js";
import { mergeShared } from "./shared_scene.js";
import { MOST_CHANNELS, shorten, tileFrom } from "./tile_from.js";
import { rankingArrays, rankingOf } from "./unit_orders.js";

export const MOST_BYTES = 8 * 2 ** 20; // of a model and its input, for the editor; as in gruviz/protocol/experiments.py

/**
 * Everything in a scene besides the run.
 * @typedef {object} SceneOptions
 * @property {Record<string, any>} shared  the JSON of gruviz/protocol/shared_data.py in one language: words, palettes, defaults
 * @property {string} language  of `shared`
 * @property {Partial<View>} [view]  to open with; fields left out are those of `shared.defaults`
 * @property {string} [title]  a line over the stage, if there is no status
 * @property {Status | null} [status]
 * @property {{t: number, unit: number}} [home]  the cell to select if the view has none
 * @property {string | null} [place]  when it changes, the stage goes to `view`
 * @property {number} [visit]
 * @property {string} [key]  of the stage on its page
 * @property {string | null} [address]  prefix of the view's fields in the page's address; null keeps them out of it
 * @property {string} [cursor]  shared with other stages of the page
 */

/**
 * Make a scene, as `mount` takes it.
 * @param {ModelWithHead} model
 * @param {LocalInput} input
 * @param {RunOptions & SceneOptions} options
 * @returns {{header: Record<string, any>, arrays: Tables}}
 */
export function sceneFrom(model, input, options) {
  return sceneOfRun(runFrom(model, input, options), options);
}

/**
 * Make a scene of a run from `runFrom`. Use it to give the same run to `LocalResponses`.
 * @param {LocalRun} run
 * @param {SceneOptions} options
 * @returns {{header: Record<string, any>, arrays: Tables}}
 */
export function sceneOfRun(run, options) {
  const { shared, language, key = "", address = null, cursor = "", place = null, visit = 0 } = options,
    { home = { t: 0, unit: 0 }, title, status = title ? noteOf(title) : null } = options;
  const fields = Object.entries(options.view ?? {}).filter(([name]) => name in shared.defaults),
    view = { ...shared.defaults, ...Object.fromEntries(fields) },
    layer = Math.min(view.layer, run.gates.length - 1),
    outputs = outputsOf(run);
  const tile = tileFrom(run, layer, 0, run.steps - 1, outputs),
    channels = run.channels.slice(0, MOST_CHANNELS).map((name) => shorten(name)),
    numbers = modelMessage(run);
  const window = /** @type {const} */ ([view.first, view.last ?? run.steps - 1]);
  const header = {
    key,
    address,
    cursor,
    trace: traceOf(run),
    unit_names: run.unitNames,
    channels,
    layer_names: layerNames(run, shared.words.layers),
    language,
    span: spanOf(run.x),
    x_ends: endsOf(run, tile.header.x_each),
    reach: { n: reachOf(run, "n"), h: reachOf(run, "h") },
    view: { ...view, layer },
    home,
    place,
    visit,
    chosen: {},
    status,
    tile: tile.header,
    ...(outputs && { answer: outputs.header(channels) }),
    model: numbers.header,
  };
  const own = Object.entries(numbers.arrays).map(([name, table]) => [`model/${name}`, table]);
  return {
    header: mergeShared(/** @type {any} */ (header), shared),
    arrays: {
      ...tile.arrays,
      ...rankingArrays(rankingOf(run, view.order, layer, orderWindow(view.order, run, window))),
      ...Object.fromEntries(own),
    },
  };
}

/**
 * Return the predictions of the run's head; null without a head.
 * @param {LocalRun} run
 */
export function outputsOf(run) {
  const { head } = run;
  return head && new HeadOutputs({ ...run, head });
}

/**
 * Return the steps that an order of the units depends on: the window for the order "active", else all.
 * @param {string} order
 * @param {LocalRun} run
 * @param {readonly [number, number]} window
 * @returns {readonly [number, number] | undefined}  undefined: all
 */
export function orderWindow(order, { steps }, [first, last]) {
  if (order !== "active") return undefined;
  const end = Math.min(last, steps - 1);
  return [Math.min(first, end), end];
}

/**
 * Return the model's weights and its whole input, in the form that data/known_model.js reads.
 * @param {LocalRun} run
 * @returns {{header: ModelMessage, arrays: Tables}}
 */
export function modelMessage({ model: { layers, directions }, x, h0, head, target, steps, inputs, units }) {
  /** @type {Tables} */
  const arrays = { x: tableCopy(x, steps, inputs), h0: tableCopy(h0, layers.length, units) };
  if (head) {
    const { w: weights, b } = head;
    arrays.head_w = tableCopy(weights, b.length, weights.length / b.length);
    arrays.head_b = tableCopy(b, b.length, 1);
    if (target) arrays.target = tableCopy(target, steps, target.length / steps);
  }
  const size = layers.reduce((sum, each) => sum + 3 * units * (each.inputs + units + 2), 0),
    others = Object.values(arrays).reduce((sum, { length }) => sum + length, 0);
  if (4 * (size + others) > MOST_BYTES) return { header: /** @type {any} */ ({ too_large: true }), arrays: {} };
  layers.forEach(({ w_ih, w_hh, b_ih, b_hh, inputs: wide }, row) => {
    arrays[`w_ih${row}`] = tableCopy(w_ih, 3 * units, wide);
    arrays[`w_hh${row}`] = tableCopy(w_hh, 3 * units, units);
    if (b_ih) arrays[`b_ih${row}`] = tableCopy(b_ih, 3 * units, 1);
    if (b_hh) arrays[`b_hh${row}`] = tableCopy(b_hh, 3 * units, 1);
  });
  const header = {
    directions,
    layers: layers.map(({ reset, reverse, inputs: wide }) => ({ inputs: wide, units, reset, reverse })),
    head: head && { kind: head.kind, within: head.within },
  };
  return { header, arrays };
}

/** @param {string} text @returns {Status} */
function noteOf(text) {
  return { kind: "note", text, more: "", places: {}, act: null };
}

/** @param {LocalRun} run */
function traceOf({ id, kind, model: { layers, directions }, steps, units, inputs, labels, due, x, isImported }) {
  return {
    id,
    kind,
    reset: layers[0].reset,
    steps,
    units,
    inputs,
    layers: layers.length,
    bidirectional: directions === 2,
    labelled: labels.some(Boolean),
    asks: due.some(Boolean),
    input: checksum(x),
    ...(!isImported && { by: "page" }),
  };
}

/**
 * Return the name of each entry of the layer axis.
 * @param {LocalRun} run
 * @param {Record<"name" | "way" | "forward" | "reverse", string>} texts
 */
function layerNames({ model: { layers, directions } }, texts) {
  return layers.map((_, row) =>
    directions === 1
      ? texts.name.replace("{layer}", String(row))
      : texts.way
          .replace("{layer}", String(Math.floor(row / 2)))
          .replace("{way}", row % 2 ? texts.reverse : texts.forward),
  );
}

/**
 * Return the scale of the input: symmetric around 0. Its lines begin at 0 if no number is negative.
 * @param {Float32Array} x
 */
function spanOf(x) {
  let most = 0;
  for (const value of x) if (Number.isFinite(value)) most = Math.max(most, Math.abs(value));
  const high = most || 1;
  return { low: -high, high, from: x.some((value) => value < 0) ? -high : 0 };
}

/**
 * Return the lowest and the highest finite number in each row of the input; 0 if there is none.
 * @param {LocalRun} run
 * @param {number} each  inputs per row
 * @returns {[number, number][]}
 */
function endsOf({ x, inputs }, each) {
  const rows = Array.from({ length: Math.ceil(inputs / each) }, () => /** @type {[number, number]} */ ([NaN, NaN]));
  x.forEach((value, place) => {
    const ends = rows[Math.floor((place % inputs) / each)];
    if (!Number.isFinite(value)) return;
    if (!(ends[0] <= value)) ends[0] = value;
    if (!(ends[1] >= value)) ends[1] = value;
  });
  return rows.map(([low, high]) => [low || 0, high || 0]);
}

/**
 * Return the largest finite |value| of a gate in any layer.
 * @param {LocalRun} run
 * @param {"n" | "h"} gate
 */
function reachOf({ gates }, gate) {
  let most = 0;
  for (const { [gate]: values } of gates)
    for (let at = 0; at < values.length; at++) {
      const size = Math.abs(values[at]);
      if (size > most && size < Infinity) most = size;
    }
  return most;
}

/**
 * Return the CRC-32 of the numbers' bytes as eight hexadecimal digits. It identifies the input.
 * @param {Float32Array} values
 */
function checksum({ buffer, byteOffset, byteLength }) {
  const table = Int32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
    return crc;
  });
  let crc = -1;
  for (const byte of new Uint8Array(buffer, byteOffset, byteLength)) crc = (crc >>> 8) ^ table[(crc ^ byte) & 255];
  return ((crc ^ -1) >>> 0).toString(16).padStart(8, "0");
}
