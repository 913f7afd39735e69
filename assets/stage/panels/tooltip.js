// The tooltip of the cell under the pointer.

/** @import { Panel } from "../data/scene_types.js" */
/** @import { PictureInfo } from "./panel_types.js" */
/** @import { HoverPoint } from "./panel_types.js" */
/** @import { Store } from "../view/store.js" */
/** @import { Heatmaps } from "./heatmaps.js" */
import { isGate } from "../data/panel_names.js";
import { largestOutputs, predictionAt } from "../view/prediction.js";
import { inputsAt, layerName, stepLabel, unitName } from "../view/readings.js";
import { nameOfRow, rowOf } from "../model/head.js";
import { blockOf } from "../data/tile_blocks.js";
import { inputName, inputRows } from "../data/input_rows.js";
import { inputAt } from "./input_row.js";
import { fill, number } from "../view/format.js";
import { equation, fillHover } from "../view/more_formats.js";

/** @typedef {Pick<Store, "scene" | "view" | "tiles" | "words" | "picture" | "overlay" | "visibleUnits">} TooltipState */

/**
 * Return the lines of the tooltip.
 * @param {TooltipState} state
 * @param {Heatmaps} panels
 * @param {HoverPoint} hovered
 * @param {number} y  of the pointer
 * @returns {string[]} lines
 */
export function tooltipOf(state, panels, { t, gate, unit, out = null }, y) {
  const { words, tiles, view, picture } = state,
    tile = tiles.finest(view.layer, t),
    label = stepLabel(state, t);
  const step = `${words.step} ${t}${label ? ` \u00b7 ${label}` : ""}`;
  if (!tile) return [step]; // not loaded yet
  if (gate === "y") return outputTip(state, picture, t, out, step);
  if (picture && (picture.each > 1 || (picture.units > 1 && unit !== null)))
    return pooledTip(state, panels, picture, t, gate, unit);
  if (!isGate(gate) || unit === null) {
    if (panels.hasOwnScales) {
      const k = inputAt(panels, y),
        [low, high] = panels.scene.x_ends[k],
        value = tiles.vector("x", view.layer, t)?.[k];
      return [
        `${words.gates.x} \u00b7 ${step}`,
        equation(inputName(panels.scene, k), value, !tile.exact),
        fill(words.own_ends, { low: number(low), high: number(high) }),
      ];
    }
    const some = inputsAt(state, t)
      .slice(0, 4)
      .map(([name, value]) => equation(name, value, !tile.exact));
    return [`${words.gates.x} \u00b7 ${step}`, some.join("   ")];
  }
  const value = tile.arrays[gate][tile.column(t) * tile.units + unit],
    who = `${nameWithKind(state, unit)} \u00b7 ${step}${layerName(state)}`;
  const off = state.overlay?.differences?.vector(gate, view.layer, t)?.[unit];
  return off === undefined
    ? [who, fillHover(words.hover[gate], value)]
    : [who, fill(words.whatif_tip, { gate, off: number(off), value: number(value) })];
}

/**
 * Describe the predictions of one step, or of the steps that share a column.
 * @param {TooltipState} state
 * @param {PictureInfo | null} picture
 * @param {number} t
 * @param {number | null} out
 * @param {string} step
 * @returns {string[]} lines
 */
function outputTip(state, picture, t, out, step) {
  const {
    words,
    scene: { answer, channels },
  } = state;
  if (!answer) return [step];
  const differences = state.overlay?.differences,
    name = (/** @type {number} */ row) => nameOfRow(answer, channels, row) ?? words.answer_others;
  if (!picture || picture.each === 1) {
    const off = Array.from(differences?.vector("y", state.view.layer, t) ?? [], (value, row) => ({ row, value }))
      .sort((a, b) => Math.abs(b.value) - Math.abs(a.value))
      .slice(0, 4);
    return [
      `${words.gates.y} \u00b7 ${step}`,
      off.map(({ row, value }) => `\u0394${name(row)} = ${number(value)}`).join("   "),
      largestOutputs(state, t, 4).join("   "),
      predictionAt(state, t),
    ].filter(Boolean);
  }
  const rows = out === null ? Array.from({ length: Math.min(answer.count, 4) }, (_, k) => k) : [rowOf(answer, out)];
  const blocks = rows.map((row) => ({ row, block: blockOf(picture.tile, "y", t, picture.each, [row]) })),
    [
      {
        block: { first, last },
      },
    ] = blocks;
  const lines = blocks.map(({ row, block: { mean, low, high } }) =>
    fill(words.pooled_cell, {
      name: `${differences ? "\u0394" : ""}${name(row)}`,
      mean: number(mean),
      low: number(low),
      high: number(high),
    }),
  );
  return [`${words.gates.y} \u00b7 ${fill(words.pooled_span, { first, last })}`, ...lines];
}

/**
 * Describe a pixel that several cells share.
 * @param {TooltipState} state
 * @param {Heatmaps} panels
 * @param {PictureInfo} picture
 * @param {number} t
 * @param {Panel} gate
 * @param {number | null} unit
 * @returns {string[]} lines
 */
function pooledTip(state, panels, { tile, each, units }, t, gate, unit) {
  const { words, visibleUnits } = state,
    input = !isGate(gate) || unit === null;
  const begin = input ? 0 : Math.floor(visibleUnits.indexOf(unit) / units) * units,
    rows = visibleUnits.subarray(begin, begin + units);
  const describe = (/** @type {string} */ name, /** @type {ReturnType<typeof blockOf>} */ { mean, low, high }) =>
    fill(words.pooled_cell, { name, mean: number(mean), low: number(low), high: number(high) });
  const blocks = input
    ? Array.from({ length: Math.min(inputRows(panels.scene), 4) }, (_, k) => blockOf(tile, "x", t, each, [k]))
    : [blockOf(tile, gate, t, each, rows)];
  const [{ first, last }] = blocks,
    when = first === last ? `${words.step} ${first}` : fill(words.pooled_span, { first, last });
  if (input)
    return [
      `${words.gates.x} \u00b7 ${when}`,
      ...blocks.map((block, k) => describe(inputName(panels.scene, k), block)),
    ];
  const who =
    rows.length === 1
      ? nameWithKind(state, rows[0])
      : fill(words.pooled_rows, {
          count: rows.length,
          first: unitName(state, rows[0]),
          last: unitName(state, rows[rows.length - 1]),
        });
  return [
    `${who} \u00b7 ${when}${layerName(state)}`,
    describe(state.overlay?.differences ? `\u0394${gate}` : gate, blocks[0]),
  ];
}

/**
 * Return a unit's name, or "unit" with its number.
 * @param {TooltipState} state
 * @param {number} unit
 */
function nameWithKind({ scene, words }, unit) {
  return scene.unit_names[unit] ?? fill(words.unit_number, { unit });
}
