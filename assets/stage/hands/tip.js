// What is said of the cell under the pointer.

/** @import { Panel } from "../fields.js" */
/** @import { Drawn } from "../panels/panels.js" */
/** @import { Hovered } from "../panels/marks.js" */
/** @import { Stage } from "../stage.js" */
import { isGate } from "../fields.js";
import { inputsAt, layerName, nameOf } from "../cell/moment.js";
import { partsAt, saysAt } from "../cell/says.js";
import { nameOfRow, rowOf } from "../numbers/answer.js";
import { blockOf } from "../numbers/tiles.js";
import { channel, inputAt, inputRows } from "../panels/rows/input.js";
import { fill, fillHover, number } from "../wording.js";

/**
 * @param {Stage} stage
 * @param {Hovered} hovered
 * @param {number} y  of the pointer
 * @returns {string[]} lines
 */
export function tipOf(stage, { t, gate, unit, out = null }, y) {
  const { w, tiles, view, panels, drawn } = stage, tile = tiles.finest(view.layer, t), label = stage.labelOf(t);
  const step = `${w.step} ${t}${label ? ` \u00b7 ${label}` : ""}`;
  if (!tile) return [step];  // on its way
  if (gate === "y") return answerTip(stage, drawn, t, out, step);
  if (drawn && (drawn.each > 1 || (drawn.units > 1 && unit !== null))) return pooled(stage, drawn, t, gate, unit);
  if (!isGate(gate) || unit === null) {
    if (panels.own) {
      const k = inputAt(panels, y), [low, high] = panels.scene.x_ends[k], value = tiles.vector("x", view.layer, t)?.[k];
      return [`${w.gates.x} \u00b7 ${step}`, `${channel(panels.scene, k)} = ${tile.exact ? "" : "\u2248 "}${number(value)}`, fill(w.own_ends, { low: number(low), high: number(high) })];
    }
    const some = inputsAt(stage, t).slice(0, 4).map(([name, value]) => `${name} = ${tile.exact ? "" : "\u2248 "}${number(value)}`);
    return [`${w.gates.x} \u00b7 ${step}`, some.join("   ")];
  }
  const value = tile.arrays[gate][tile.column(t) * tile.units + unit], who = `${called(stage, unit)} \u00b7 ${step}${layerName(stage)}`;
  const off = stage.experiment.picture.differences?.vector(gate, view.layer, t)?.[unit];
  return off === undefined ? [who, fillHover(w.hover[gate], value)] : [who, fill(w.whatif_tip, { gate, off: number(off), value: number(value) })];
}

/**
 * What the head says, of one step or of those that share a column.
 * @param {Stage} stage
 * @param {Drawn | null} drawn
 * @param {number} t
 * @param {number | null} out
 * @param {string} step
 * @returns {string[]} lines
 */
function answerTip(stage, drawn, t, out, step) {
  const { w, scene: { answer, channels } } = stage;
  if (!answer) return [step];
  const { differences } = stage.experiment.picture, name = (/** @type {number} */ row) => nameOfRow(answer, channels, row) ?? w.answer_others;
  if (!drawn || drawn.each === 1) {
    const off = Array.from(differences?.vector("y", stage.view.layer, t) ?? [], (value, row) => ({ row, value })).sort((a, b) => Math.abs(b.value) - Math.abs(a.value)).slice(0, 4);
    return [`${w.gates.y} \u00b7 ${step}`, off.map(({ row, value }) => `\u0394${name(row)} = ${number(value)}`).join("   "), partsAt(stage, t, 4).join("   "), saysAt(stage, t)].filter(Boolean);
  }
  const rows = out === null ? Array.from({ length: Math.min(answer.count, 4) }, (_, k) => k) : [rowOf(answer, out)];
  const blocks = rows.map((row) => ({ row, block: blockOf(drawn.tile, "y", t, drawn.each, [row]) })), [{ block: { first, last } }] = blocks;
  const said = blocks.map(({ row, block: { mean, low, high } }) => fill(w.pooled_cell, { name: `${differences ? "\u0394" : ""}${name(row)}`, mean: number(mean), low: number(low), high: number(high) }));
  return [`${w.gates.y} \u00b7 ${fill(w.pooled_span, { first, last })}`, ...said];
}

/**
 * Of a pixel that shows several cells: which, and their numbers.
 * @param {Stage} stage
 * @param {Drawn} drawn
 * @param {number} t
 * @param {Panel} gate
 * @param {number | null} unit
 * @returns {string[]} lines
 */
function pooled(stage, { tile, each, units }, t, gate, unit) {
  const { w, shown, panels } = stage, input = !isGate(gate) || unit === null;
  const begin = input ? 0 : Math.floor(shown.indexOf(unit) / units) * units, rows = shown.subarray(begin, begin + units);
  const said = (/** @type {string} */ name, /** @type {ReturnType<typeof blockOf>} */ { mean, low, high }) => fill(w.pooled_cell, { name, mean: number(mean), low: number(low), high: number(high) });
  const blocks = input ? Array.from({ length: Math.min(inputRows(panels.scene), 4) }, (_, k) => blockOf(tile, "x", t, each, [k])) : [blockOf(tile, gate, t, each, rows)];
  const [{ first, last }] = blocks, when = first === last ? `${w.step} ${first}` : fill(w.pooled_span, { first, last });
  if (input) return [`${w.gates.x} \u00b7 ${when}`, ...blocks.map((block, k) => said(channel(panels.scene, k), block))];
  const who = rows.length === 1 ? called(stage, rows[0]) : fill(w.pooled_rows, { count: rows.length, first: nameOf(stage, rows[0]), last: nameOf(stage, rows[rows.length - 1]) });
  return [`${who} \u00b7 ${when}${layerName(stage)}`, said(stage.experiment.picture.differences ? `\u0394${gate}` : gate, blocks[0])];
}

/**
 * A unit's name, or that it is one and which.
 * @param {Stage} stage
 * @param {number} unit
 */
function called({ scene, w }, unit) {
  return scene.unit_names[unit] ?? fill(w.unit_number, { unit });
}
