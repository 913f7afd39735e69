// Grid of the weights of a small model. A cell is edited by dragging it up or down, or with Page Up and Page Down.

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
  BIAS = 24; // px: height of a row; gap between tables; margins; smallest width of a bias column
const REACH = 200; // px of a drag over the whole scale
const GATES = ["r", "z", "n"];

/** @typedef {"w_ih" | "w_hh" | "b_ih" | "b_hh"} WeightName */
/** @typedef {{name: WeightName, columns: number, values: Float32Array, left: number, columnWidth: number}} WeightBlock */
/** @typedef {{name: WeightName, row: number, column: number}} WeightPlace */

/**
 * @typedef {object} WeightPorts
 * @property {Pick<Store, "view" | "baseScene" | "words" | "look">} state
 * @property {Pick<EditSession, "knownModel" | "edits">} session
 * @property {Pick<EditCommands, "setWeight">} commands
 */

export class WeightGrid {
  /** @param {WeightPorts} ports */
  constructor(ports) {
    this.ports = ports;
    this.canvas = element("canvas", "weights");
    this.caption = element("p", "bench-hint");
    this.caption.setAttribute("aria-live", "polite");
    this.host = element("div", "bench-weights", this.canvas, this.caption);
    /** @type {WeightPlace} */
    this.cell = { name: "w_hh", row: 0, column: 0 };
    /** @type {{id: number, y: number, from: number} | null} */
    this.hold = null;
    this.drags = 0;
    this.scale = 1;
    /** @type {{scale: number, theme: string, palette: Palette} | null} */
    this.cachedPalette = null;
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

  /** The visible layer; null if its weights do not fit. @returns {Layer | null} */
  get layer() {
    const { session, state } = this.ports,
      layer = session.knownModel?.model.layers[state.view.layer];
    return layer && layer.units <= MOST_UNITS && layer.inputs <= MOST_INPUTS ? layer : null;
  }

  /**
   * Return the layout of the layer's tables, side by side.
   * @returns {WeightBlock[]}
   */
  blocks() {
    const { layer } = this;
    if (!layer) return [];
    const { inputs, units, w_ih, w_hh, b_ih, b_hh } = layer,
      /** @type {WeightBlock[]} */ blocks = [];
    const entries = /** @type {[WeightName, number, Float32Array | null][]} */ ([
      ["w_ih", inputs, w_ih],
      ["w_hh", units, w_hh],
      ["b_ih", 1, b_ih],
      ["b_hh", 1, b_hh],
    ]);
    const tables = entries.filter(([, , values]) => values !== null),
      columns = tables.reduce((all, [, count]) => all + count, 0);
    const room =
        Math.max(160, Math.min(720, this.host.clientWidth || 400)) - LEFT - 2 * BIAS - GAP * (tables.length - 1),
      columnWidth = Math.max(5, Math.min(18, Math.floor(room / columns)));
    let left = LEFT;
    for (const [name, count, values] of tables) {
      const each = count === 1 ? Math.max(columnWidth, BIAS) : columnWidth; // as wide as its name
      blocks.push({ name, columns: count, values: /** @type {Float32Array} */ (values), left, columnWidth: each });
      left += count * each + GAP;
    }
    return blocks;
  }

  /**
   * Return the current value of a weight: edited, or that of the model.
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
      { words, baseScene, look } = this.ports.state,
      blocks = this.blocks(),
      last = blocks[blocks.length - 1];
    if (!layer || !last || !look) return;
    const ratio = window.devicePixelRatio || 1,
      width = last.left + last.columns * last.columnWidth + 2,
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
    if (this.cachedPalette?.scale !== this.scale || this.cachedPalette.theme !== theme) {
      this.cachedPalette = {
        scale: this.scale,
        theme,
        palette: new Palette({ ...baseScene.palettes[theme].h, low: -this.scale, high: this.scale }, baseScene.odd),
      };
    }
    const { palette } = this.cachedPalette;
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
          context.fillRect(
            block.left + column * block.columnWidth,
            TOP + row * TALL,
            block.columnWidth - 0.5,
            TALL - 0.5,
          );
          if (Object.is(value, block.values[row * block.columns + column])) continue;
          context.strokeStyle = ink.ink;
          context.lineWidth = 1;
          context.strokeRect(
            block.left + column * block.columnWidth + 0.5,
            TOP + row * TALL + 0.5,
            block.columnWidth - 1.5,
            TALL - 1.5,
          );
        }
      }
      context.strokeStyle = ink.line;
      for (let k = 0; k <= 3; k++)
        context.strokeRect(block.left - 0.5, TOP - 0.5 + k * layer.units * TALL, block.columns * block.columnWidth, 0);
    }
    const block = blocks.find(({ name }) => name === this.cell.name) ?? last;
    this.cell = {
      name: block.name,
      row: Math.min(this.cell.row, 3 * layer.units - 1),
      column: Math.min(this.cell.column, block.columns - 1),
    };
    context.strokeStyle = ink.accent;
    context.lineWidth = 2;
    context.strokeRect(
      block.left + this.cell.column * block.columnWidth - 1,
      TOP + this.cell.row * TALL - 1,
      block.columnWidth + 1,
      TALL + 1,
    );
    const unit = this.cell.row % layer.units;
    const caption = fill(words.whatif_weight, {
      name: block.name,
      gate: GATES[Math.floor(this.cell.row / layer.units)],
      unit: baseScene.unit_names[unit] ?? unit,
      column: this.cell.column,
      value: number(this.valueOf(block, this.cell.row, this.cell.column), 3),
      scale: number(this.scale, 2),
    });
    if (this.caption.textContent !== caption) this.caption.textContent = caption;
    canvas.setAttribute("aria-label", `${words.whatif_weights}. ${caption}`);
  }

  /** @param {PointerEvent} event */
  down(event) {
    if (event.button !== 0 || this.hold) return;
    const box = this.canvas.getBoundingClientRect(),
      x = event.clientX - box.left,
      row = Math.floor((event.clientY - box.top - TOP) / TALL),
      { layer } = this;
    const block = this.blocks().find(({ left, columns, columnWidth }) => x >= left && x < left + columns * columnWidth);
    if (!block || !layer || row < 0 || row >= 3 * layer.units) return;
    this.cell = { name: block.name, row, column: Math.floor((x - block.left) / block.columnWidth) };
    this.hold = { id: event.pointerId, y: event.clientY, from: this.valueOf(block, row, this.cell.column) };
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
    const { name, row, column } = this.cell,
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
      k = blocks.findIndex(({ name }) => name === this.cell.name),
      block = blocks[k];
    if (!layer || !block || event.ctrlKey || event.metaKey || event.altKey) return;
    const { row, column } = this.cell,
      value = this.valueOf(block, row, column),
      by = this.scale / 20;
    const moveAcross = (/** @type {number} */ to) => {
      if (to >= 0 && to < block.columns) this.cell.column = to;
      else if (blocks[k + Math.sign(to - column)]) {
        const next = blocks[k + Math.sign(to - column)];
        this.cell = { name: next.name, row, column: to < 0 ? next.columns - 1 : 0 };
      }
    };
    /** @type {Record<string, () => void>} */
    const actions = {
      ArrowLeft: () => moveAcross(column - 1),
      ArrowRight: () => moveAcross(column + 1),
      ArrowUp: () => {
        this.cell.row = Math.max(0, row - 1);
      },
      ArrowDown: () => {
        this.cell.row = Math.min(3 * layer.units - 1, row + 1);
      },
      PageUp: () => this.set(value + by, "weight keys"),
      PageDown: () => this.set(value - by, "weight keys"),
    };
    if (!Object.hasOwn(actions, event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    actions[event.key]();
    this.draw();
  }
}
