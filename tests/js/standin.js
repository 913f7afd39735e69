// A stage that does what gestures say, and nothing else: its panels under a ruler, an axis and an overview below them.

import { Gestures } from "../../assets/stage/panels/gestures.js";
import { isZoomed, shiftWindow } from "../../assets/stage/view/time_window.js";

const PANELS = ["x", "z", "r", "n", "h", "y"];
const HEIGHT = { ruler: 10, x: 40, z: 100, r: 200, n: 300, h: 400, y: 440, axis: 460, overview: 490 };

export class Standin {
  constructor({ steps = 100, window = [0, steps], loop = null, left = 50, plot = 600, units = 4 } = {}) {
    this.geometry = { steps, window, left, plot, loop };
    this.units = units;
    this.gestures = new Gestures(this.geometry);
    this.log = [];
    this.clock = 1000;
    this.t = 0;
    this.chosen = [];
    this.brush = null;
    this.hover = null;
  }

  /** The place of a step's middle. */
  x(t) {
    const {
      window: [a, b],
      left,
      plot,
    } = this.geometry;
    return left + ((t + 0.5 - a) / (b - a)) * plot;
  }

  time(x) {
    const {
      window: [a, b],
      left,
      plot,
    } = this.geometry;
    return a + ((x - left) / plot) * (b - a);
  }

  get zoomed() {
    return isZoomed(this.geometry.steps, this.geometry.window);
  }

  /** Feed one event and do as told; returns what was told. */
  feed(
    type,
    x,
    on = "z",
    { id = 1, unit = 2, out = undefined, shift = false, pointerType = "touch", after = 20 } = {},
  ) {
    this.clock += after;
    const { left, plot } = this.geometry,
      panel = PANELS.includes(on) ? on : null;
    const actions = this.gestures.feed({
      type,
      id,
      time: this.clock,
      shift,
      pointerType,
      x,
      y: HEIGHT[on] ?? 470,
      where: panel === "x" ? "x" : panel ? "gate" : on,
      gate: panel,
      unit: panel && panel !== "x" ? unit : null,
      ...(out !== undefined && { out }),
      isInPlot: x >= left && x <= left + plot,
    });
    for (const action of actions) this.act(action);
    this.log.push(...actions);
    return actions;
  }

  act(action) {
    const { geometry } = this;
    if (action.do === "window") geometry.window = shiftWindow(geometry.steps, action.a, action.b, geometry.window);
    if (action.do === "scrub") this.t = action.t;
    if (action.do === "click") this.chosen.push(action);
    if (action.do === "loop") geometry.loop = [...action.ends].sort((p, q) => p - q);
    if (action.do === "brush") this.brush = action.brush;
    if (action.do === "hover") this.hover = action.point;
  }

  down(x, on, more) {
    return this.feed("down", x, on, more);
  }

  move(x, on, more) {
    return this.feed("move", x, on, more);
  }

  up(x, on, more) {
    return this.feed("up", x, on, more);
  }

  cancel(x, on, more) {
    return this.feed("cancel", x, on, more);
  }

  /** Press, wander in some moves, let go. */
  drag(from, to, on, more) {
    const moves = 6;
    this.down(from, on, more);
    for (let k = 1; k <= moves; k++) this.move(from + ((to - from) * k) / moves, on, more);
    return this.up(to, on, more);
  }

  /** What was told, by name. */
  told(name) {
    return this.log.filter((action) => action.do === name);
  }
}
