// The weights of a small model as a grid: each cell is a number to drag up or down, or to move with the arrow keys.

/** @import { Layer } from "../model/gru.js" */
/** @import { Store } from "../view/store.js" */
/** @import { EditCommands } from "./commands.js" */
/** @import { EditSession } from "./edit_session.js" */
import { element } from "../view/elements.js";
import { contextOf } from "../panels/canvas.js";
import { Palette } from "../view/palette.js";
import { fill, number } from "../view/format.js";

export const MOST_UNITS = 16,
  MOST_INPUTS = 64;
const TALL = 7,
  GAP = 10,
  LEFT = 22,
  TOP = 16,
  BIAS = 24; // px of a row; between two tables; of what stands beside and over them
const REACH = 200; // px of a drag over the whole scale
const GATES = ["r", "z", "n"];

/** @typedef {"w_ih" | "w_hh" | "b_ih" | "b_hh"} WeightName */
/** @typedef {{name: WeightName, columns: number, values: Float32Array, left: number, wide: number}} WeightBlock */
/** @typedef {{name: WeightName, row: number, column: number}} WeightPlace */

/**
 * @typedef {object} WeightPorts
 * @property {Pick<Store, "view" | "given" | "words" | "look">} state
 * @property {Pick<EditSession, "known" | "edits">} session
 * @property {Pick<EditCommands, "setWeight">} commands
 */

export class WeightGrid {
  /** @param {WeightPorts} ports */
  constructor(ports) {
    this.ports = ports;
    this.canvas = element("canvas", "weights");
    this.said = element("p", "bench-hint");
    this.said.setAttribute("aria-live", "polite");
    this.host = element("div", "bench-weights", this.canvas, this.said);
    /** @type {WeightPlace} */
    this.at = { name: "w_hh", row: 0, column: 0 };
    /** @type {{id: number, y: number, from: number} | null} */
    this.hold = null;
    this.drags = 0;
    this.scale = 1;
    /** @type {{scale: number, theme: string, palette: Palette} | null} */
    this.dye = null;
    const { canvas } = this;
    canvas.tabIndex = 0;
    canvas.setAttribute("role", "application");
    canvas.addEventListener("pointerdown", (event) => this.down(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    for (const type of /** @type {const} */ (["pointerup", "pointercancel", "lostpointercapture"]))
      canvas.addEventListener(type, (event) => {
        if (event.pointerId === this.hold?.id) this.hold = null;
      });
    canvas.addEventListener("keydown", (event) => this.key(event));
  }

  /** The layer shown, where its weights fit. @returns {Layer | null} */
  get layer() {
    const { session, state } = this.ports,
      layer = session.known?.model.layers[state.view.layer];
    return layer && layer.units <= MOST_UNITS && layer.inputs <= MOST_INPUTS ? layer : null;
  }

  /**
   * Its tables side by side.
   * @returns {WeightBlock[]}
   */
  blocks() {
    const { layer } = this;
    if (!layer) return [];
    const { inputs, units, w_ih, w_hh, b_ih, b_hh } = layer,
      /** @type {WeightBlock[]} */ found = [];
    const given = /** @type {[WeightName, number, Float32Array | null][]} */ ([
      ["w_ih", inputs, w_ih],
      ["w_hh", units, w_hh],
      ["b_ih", 1, b_ih],
      ["b_hh", 1, b_hh],
    ]);
    const tables = given.filter(([, , values]) => values !== null),
      columns = tables.reduce((all, [, count]) => all + count, 0);
    const room =
        Math.max(160, Math.min(720, this.host.clientWidth || 400)) - LEFT - 2 * BIAS - GAP * (tables.length - 1),
      wide = Math.max(5, Math.min(18, Math.floor(room / columns)));
    let left = LEFT;
    for (const [name, count, values] of tables) {
      const each = count === 1 ? Math.max(wide, BIAS) : wide; // as wide as its name
      found.push({ name, columns: count, values: /** @type {Float32Array} */ (values), left, wide: each });
      left += count * each + GAP;
    }
    return found;
  }

  /**
   * A weight as it is now: by hand, or the model's own.
   * @param {WeightBlock} block
   * @param {number} row
   * @param {number} column
   */
  valueOf({ name, columns, values }, row, column) {
    const { edits } = this.ports.session,
      { layer } = this.ports.state.view;
    let value = values[row * columns + column];
    for (const edit of edits)
      if (
        edit.do === "weight" &&
        !edit.off &&
        edit.layer === layer &&
        edit.name === name &&
        edit.row === row &&
        (edit.column ?? 0) === column
      )
        ({ value } = edit);
    return value;
  }

  draw() {
    const { layer, canvas } = this,
      { words, given, look } = this.ports.state,
      blocks = this.blocks(),
      last = blocks[blocks.length - 1];
    if (!layer || !last || !look) return;
    const ratio = window.devicePixelRatio || 1,
      width = last.left + last.columns * last.wide + 2,
      height = TOP + 3 * layer.units * TALL + 2;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
    const context = contextOf(canvas),
      { ink, theme } = look;
    this.scale = Math.max(
      1e-3,
      ...blocks.map(({ values }) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)),
    );
    if (this.dye?.scale !== this.scale || this.dye.theme !== theme) {
      this.dye = {
        scale: this.scale,
        theme,
        palette: new Palette({ ...given.palettes[theme].h, low: -this.scale, high: this.scale }, given.odd),
      };
    }
    const { palette } = this.dye;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.font = `600 ${look.scale > 1 ? 14 : 11}px sans-serif`;
    context.textBaseline = "middle";
    context.fillStyle = ink.ink;
    for (const [k, gate] of GATES.entries()) context.fillText(gate, 4, TOP + (k + 0.5) * layer.units * TALL);
    for (const block of blocks) {
      context.fillStyle = ink.muted;
      context.fillText(block.name, block.left, 7);
      for (let row = 0; row < 3 * layer.units; row++) {
        for (let column = 0; column < block.columns; column++) {
          const value = this.valueOf(block, row, column);
          context.fillStyle = palette.css(Math.max(-this.scale, Math.min(this.scale, value)));
          context.fillRect(block.left + column * block.wide, TOP + row * TALL, block.wide - 0.5, TALL - 0.5);
          if (Object.is(value, block.values[row * block.columns + column])) continue;
          context.strokeStyle = ink.ink;
          context.lineWidth = 1;
          context.strokeRect(
            block.left + column * block.wide + 0.5,
            TOP + row * TALL + 0.5,
            block.wide - 1.5,
            TALL - 1.5,
          );
        }
      }
      context.strokeStyle = ink.line;
      for (let k = 0; k <= 3; k++)
        context.strokeRect(block.left - 0.5, TOP - 0.5 + k * layer.units * TALL, block.columns * block.wide, 0);
    }
    const chosen = blocks.find(({ name }) => name === this.at.name) ?? last;
    this.at = {
      name: chosen.name,
      row: Math.min(this.at.row, 3 * layer.units - 1),
      column: Math.min(this.at.column, chosen.columns - 1),
    };
    context.strokeStyle = ink.accent;
    context.lineWidth = 2;
    context.strokeRect(
      chosen.left + this.at.column * chosen.wide - 1,
      TOP + this.at.row * TALL - 1,
      chosen.wide + 1,
      TALL + 1,
    );
    const unit = this.at.row % layer.units;
    const said = fill(words.whatif_weight, {
      name: chosen.name,
      gate: GATES[Math.floor(this.at.row / layer.units)],
      unit: given.unit_names[unit] ?? unit,
      column: this.at.column,
      value: number(this.valueOf(chosen, this.at.row, this.at.column), 3),
      scale: number(this.scale, 2),
    });
    if (this.said.textContent !== said) this.said.textContent = said;
    canvas.setAttribute("aria-label", `${words.whatif_weights}. ${said}`);
  }

  /** @param {PointerEvent} event */
  down(event) {
    if (event.button !== 0 || this.hold) return;
    const box = this.canvas.getBoundingClientRect(),
      x = event.clientX - box.left,
      row = Math.floor((event.clientY - box.top - TOP) / TALL),
      { layer } = this;
    const block = this.blocks().find(({ left, columns, wide }) => x >= left && x < left + columns * wide);
    if (!block || !layer || row < 0 || row >= 3 * layer.units) return;
    this.at = { name: block.name, row, column: Math.floor((x - block.left) / block.wide) };
    this.hold = { id: event.pointerId, y: event.clientY, from: this.valueOf(block, row, this.at.column) };
    this.drags++;
    this.canvas.setPointerCapture(event.pointerId);
    this.draw();
  }

  /** @param {PointerEvent} event */
  move(event) {
    if (!this.hold || event.pointerId !== this.hold.id || event.clientY === this.hold.y) return;
    this.set(this.hold.from + ((this.hold.y - event.clientY) / REACH) * 2 * this.scale, `weight ${this.drags}`);
  }

  /**
   * @param {number} value
   * @param {string} joins
   */
  set(value, joins) {
    const { name, row, column } = this.at,
      edge = 4 * this.scale;
    this.ports.commands.setWeight(
      name,
      row,
      name.startsWith("b") ? null : column,
      Math.max(-edge, Math.min(edge, value)),
      joins,
    );
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const { layer } = this,
      blocks = this.blocks(),
      k = blocks.findIndex(({ name }) => name === this.at.name),
      block = blocks[k];
    if (!layer || !block || event.ctrlKey || event.metaKey || event.altKey) return;
    const { row, column } = this.at,
      value = this.valueOf(block, row, column),
      by = this.scale / 20;
    const across = (/** @type {number} */ to) => {
      if (to >= 0 && to < block.columns) this.at.column = to;
      else if (blocks[k + Math.sign(to - column)]) {
        const next = blocks[k + Math.sign(to - column)];
        this.at = { name: next.name, row, column: to < 0 ? next.columns - 1 : 0 };
      }
    };
    /** @type {Record<string, () => void>} */
    const acts = {
      ArrowLeft: () => across(column - 1),
      ArrowRight: () => across(column + 1),
      ArrowUp: () => {
        this.at.row = Math.max(0, row - 1);
      },
      ArrowDown: () => {
        this.at.row = Math.min(3 * layer.units - 1, row + 1);
      },
      PageUp: () => this.set(value + by, "weight keys"),
      PageDown: () => this.set(value - by, "weight keys"),
    };
    if (!Object.hasOwn(acts, event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    acts[event.key]();
    this.draw();
  }
}
