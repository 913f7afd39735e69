// Gesture recognition as a state machine: pointer events in, actions out. The first two pointers that are down pinch. When
// a pointer is lifted, the remaining ones start a new gesture where they are.

/** @import { Gate, Panel } from "../data/scene_types.js" */
/** @import { TimeWindow } from "../view/time_window.js" */
import { canPinch, pinchWindow } from "../view/pinch.js";
import { clamp, isZoomed } from "../view/time_window.js";

const CLICK = 4; // px; a mouse that moves less clicks
const TAP = 8; // px; a finger that moves less taps
const DOUBLE = 500; // ms between the presses of a double click at most
const NEAR = 9; // px around an end of the loop that drag it
const BESIDE = 3; // px around the overview's thumb that drag it

/**
 * What is under a point.
 * @typedef {object} PointerSpot
 * @property {number} x  px from the left of the panels
 * @property {number} y
 * @property {"ruler" | "x" | "gate" | "axis" | "overview" | "between"} where
 * @property {Panel | null} gate
 * @property {number | null} unit
 * @property {number | null} [out]  output of the head, over its panel
 * @property {boolean} isInPlot  between the ends of the time axis
 */

/** @typedef {PointerSpot & {t: number}} PointerPoint  t: the nearest step */

/**
 * @typedef {PointerSpot & {type: "down" | "move" | "up" | "cancel", id: number, time: number, shift: boolean, pointerType: string}} PointerFact
 *   time: ms, as in event.timeStamp
 */

/**
 * The current time axis. It is read at every event, so its fields can be getters.
 * @typedef {object} Geometry
 * @property {number} steps
 * @property {TimeWindow} window
 * @property {number} left  px
 * @property {number} plot  px
 * @property {[number, number] | null} loop  first and last step
 */

/**
 * @typedef {{from: number, to: number, overview: boolean}} Brush  px; overview: over the overview, else over the panels
 */

/**
 * Actions:
 *   remember  remember the selected cell: a double click that starts here restores it
 *   hover    the pointer is over a point, null for nothing
 *   scrub    stop playback and move the cursor to t
 *   window   show the window nearest to [a, b]
 *   loop     play between these steps
 *   brush    draw the brush, null for none
 *   click    select a cell (fields that are left out stay), then explain it
 *   dragEnd  announce the selected cell
 *   release  a pointer was lifted: request missing numbers
 * @typedef {{do: "remember"} | {do: "hover", point: PointerPoint | null} | {do: "scrub", t: number} | {do: "window", a: number, b: number}
 *   | {do: "loop", ends: [number, number]} | {do: "brush", brush: Brush | null}
 *   | {do: "click", cell: {t?: number, gate?: Panel, unit?: number, out?: number | null}, explain: boolean} | {do: "dragEnd"} | {do: "release"}} GestureAction
 */

/**
 * @typedef {{kind: "scrub" | "brush" | "overview"} | {kind: "pan" | "thumb", window: TimeWindow} | {kind: "loop", fixed: number}
 *   | {kind: "scroll"} | {kind: "pinch", ids: [number, number], times: [number, number] | null}} Gesture
 *   window: when the gesture began; fixed: the other end of the loop; times: the step under each finger
 */

/** Recognizer of the gestures over one set of panels. */
export class Gestures {
  /** @param {Geometry} geometry */
  constructor(geometry) {
    this.geometry = geometry;
    /** @type {Map<number, PointerPoint>} Pointers that are down, by id, oldest first. */
    this.pointers = new Map();
    /** @type {Gesture | null} */
    this.gesture = null;
    /** @type {PointerPoint | null} Start of the gesture. */
    this.start = null;
    this.isDrag = false;
    this.isTouch = false; // by a finger: can still become a scroll of the page
    /** @type {Brush | null} */
    this.brush = null;
    this.lastPress = -Infinity;
  }

  /** Whether any pointer is down. */
  get isBusy() {
    return this.pointers.size > 0;
  }

  /**
   * @param {PointerFact} fact
   * @returns {GestureAction[]}
   */
  feed(fact) {
    const last = this.pointers.get(fact.id),
      isUsable = Number.isFinite(fact.x) && this.geometry.plot > 0;
    // without coordinates, a finger is lifted at its last position
    const point = isUsable ? this.point(fact) : last;
    if (!point) return [];
    if (fact.type === "down") return isUsable ? this.down(fact, point) : [];
    if (fact.type === "move") return !isUsable ? [] : last ? this.move(fact.id, point) : [{ do: "hover", point }];
    return last ? this.lift(fact, point) : [];
  }

  // ---- coordinates

  /**
   * @param {PointerSpot} spot
   * @returns {PointerPoint}
   */
  point({ x, y, where, gate, unit, out, isInPlot }) {
    return {
      x,
      y,
      where,
      gate,
      unit,
      isInPlot,
      ...(out === undefined ? {} : { out }),
      t: clamp(Math.floor(this.time(x)), 0, this.geometry.steps - 1),
    };
  }

  /** @param {number} x */
  time(x) {
    const {
      window: [a, b],
      left,
      plot,
    } = this.geometry;
    return a + ((x - left) / plot) * (b - a);
  }

  /** @param {number} t */
  x(t) {
    const {
      window: [a, b],
      left,
      plot,
    } = this.geometry;
    return left + ((t - a) / (b - a)) * plot;
  }

  /** @param {number} x  over the overview, which shows all steps */
  overviewTime(x) {
    const { left, plot, steps } = this.geometry;
    return ((x - left) / plot) * steps;
  }

  // ---- down

  /**
   * @param {PointerFact} fact
   * @param {PointerPoint} point
   * @returns {GestureAction[]}
   */
  down(fact, point) {
    // a second press without a release: the release was outside of the page
    const actions = this.pointers.has(fact.id) ? this.lift({ ...fact, type: "cancel" }, point) : [];
    if (fact.time - this.lastPress > DOUBLE) actions.push({ do: "remember" });
    this.lastPress = fact.time;
    this.pointers.set(fact.id, point);
    actions.push({ do: "hover", point: null });
    if (this.pointers.size > 1) return [...actions, ...this.anchor()];
    this.start = point;
    this.isDrag = false;
    this.gesture = this.gestureAt(point, fact.shift);
    this.isTouch = fact.pointerType === "touch";
    // on the ruler a mouse scrubs at once; over cells it may be a click, a finger may swipe
    if (this.gesture.kind === "scrub" && point.where !== "gate" && !this.isTouch)
      actions.push({ do: "scrub", t: point.t });
    return actions;
  }

  /**
   * Return the gesture that a press starts.
   * @param {PointerPoint} point
   * @param {boolean} shift
   * @returns {Gesture}
   */
  gestureAt({ x, where }, shift) {
    const { steps, window, loop } = this.geometry,
      canPan = isZoomed(steps, window);
    const end = where === "ruler" && loop ? this.loopEnd(x, loop) : null;
    if (loop && end !== null) return { kind: "loop", fixed: loop[1 - end] };
    if (where === "overview") return canPan && this.isInThumb(x) ? { kind: "thumb", window } : { kind: "overview" };
    if (shift) return { kind: "brush" };
    if (where === "ruler" || where === "x" || where === "axis" || !canPan) return { kind: "scrub" };
    return { kind: "pan", window };
  }

  /**
   * @param {number} x
   * @param {[number, number]} loop
   */
  loopEnd(x, loop) {
    const [first, last] = [Math.abs(this.x(loop[0]) - x), Math.abs(this.x(loop[1] + 1) - x)];
    return Math.min(first, last) >= NEAR ? null : first <= last ? 0 : 1;
  }

  /** @param {number} x */
  isInThumb(x) {
    const { window, left, plot, steps } = this.geometry,
      [from, to] = window.map((t) => left + (t / steps) * plot);
    return x >= from - BESIDE && x <= to + BESIDE;
  }

  /**
   * Start a new gesture after the number of pointers has changed: two pinch, one pans. They cannot click any more.
   * @returns {GestureAction[]}
   */
  anchor() {
    const [first, second] = this.pointers.keys();
    this.isDrag = true;
    if (second !== undefined) {
      if (this.gesture?.kind !== "pinch" || this.gesture.ids[0] !== first || this.gesture.ids[1] !== second) {
        this.gesture = { kind: "pinch", ids: [first, second], times: this.timesUnder(first, second) };
      }
    } else if (first !== undefined) {
      this.start = /** @type {PointerPoint} */ (this.pointers.get(first));
      this.gesture = { kind: "pan", window: this.geometry.window };
    } else this.gesture = null;
    return this.endBrush();
  }

  /**
   * Return the step under each finger; null while the fingers are too close to pinch.
   * @param {number} first
   * @param {number} second
   * @returns {[number, number] | null}
   */
  timesUnder(first, second) {
    const [p, q] = [this.xOf(first), this.xOf(second)];
    return canPinch(p, q) ? [this.time(p), this.time(q)] : null;
  }

  /** @param {number} id  of a pointer that is down */
  xOf(id) {
    return /** @type {PointerPoint} */ (this.pointers.get(id)).x;
  }

  /** @returns {GestureAction[]} */
  endBrush() {
    if (!this.brush) return [];
    this.brush = null;
    return [{ do: "brush", brush: null }];
  }

  // ---- move

  /**
   * @param {number} id
   * @param {PointerPoint} point
   * @returns {GestureAction[]}
   */
  move(id, point) {
    const { gesture, start } = this;
    this.pointers.set(id, point);
    if (!gesture || !start || gesture.kind === "scroll") return [];
    if (gesture.kind === "pinch") return this.pinch(gesture, id);
    const by = point.x - start.x,
      { plot, steps } = this.geometry;
    if (!this.isDrag) {
      const down = Math.abs(point.y - start.y),
        across = Math.abs(by);
      if (this.isTouch && down >= TAP && down >= across) {
        this.gesture = { kind: "scroll" };
        return [];
      }
      if (across < (this.isTouch ? TAP : CLICK)) return [];
    }
    this.isDrag = true;
    switch (gesture.kind) {
      case "scrub":
        return [{ do: "scrub", t: point.t }];
      case "loop":
        return [{ do: "loop", ends: [gesture.fixed, point.t] }];
      case "pan":
        return [this.pan(gesture.window, (-by / plot) * (gesture.window[1] - gesture.window[0]))];
      case "thumb":
        return [this.pan(gesture.window, (by / plot) * steps)];
      default:
        this.brush = { from: start.x, to: point.x, overview: gesture.kind === "overview" };
        return [{ do: "brush", brush: this.brush }];
    }
  }

  /**
   * @param {TimeWindow} window
   * @param {number} steps  to the right
   * @returns {GestureAction}
   */
  pan([a, b], steps) {
    const by = clamp(steps, -this.geometry.steps, this.geometry.steps);
    return { do: "window", a: a + by, b: b + by };
  }

  /**
   * @param {Extract<Gesture, {kind: "pinch"}>} hold
   * @param {number} id  of the pointer that moved
   * @returns {GestureAction[]}
   */
  pinch(hold, id) {
    const [first, second] = hold.ids;
    if (id !== first && id !== second) return []; // a third finger does nothing
    if (!hold.times) {
      hold.times = this.timesUnder(first, second);
      return [];
    }
    const { window } = this.geometry,
      [a, b] = pinchWindow(this.geometry, window, hold.times, [this.xOf(first), this.xOf(second)]);
    return a === window[0] && b === window[1] ? [] : [{ do: "window", a, b }];
  }

  // ---- up and cancel

  /**
   * @param {PointerFact} fact
   * @param {PointerPoint} point
   * @returns {GestureAction[]}
   */
  lift(fact, point) {
    const { gesture, brush, isDrag } = this;
    this.pointers.delete(fact.id);
    if (this.pointers.size) return [...this.anchor(), { do: "release" }];
    this.gesture = this.start = null;
    const actions = this.endBrush();
    if (gesture && gesture.kind !== "scroll" && fact.type === "up") {
      if (!isDrag) actions.push(...this.click(point, gesture.kind, fact.pointerType));
      else if (brush) actions.push(this.zoomToBrush(brush));
      else actions.push({ do: "dragEnd" });
    }
    return [...actions, { do: "release" }];
  }

  /**
   * @param {Brush} brush
   * @returns {GestureAction}
   */
  zoomToBrush({ from, to, overview }) {
    const { left, plot } = this.geometry;
    const times = [from, to]
      .map((x) => clamp(x, left, left + plot))
      .map((x) => (overview ? this.overviewTime(x) : this.time(x)));
    return { do: "window", a: Math.floor(Math.min(...times)), b: Math.ceil(Math.max(...times)) };
  }

  /**
   * @param {PointerPoint} point
   * @param {string} kind
   * @param {string} pointerType
   * @returns {GestureAction[]}
   */
  click(point, kind, pointerType) {
    const { x, t, where, gate, unit, out, isInPlot } = point;
    // a tap shows the tooltip: the finger covers the cell, and the explanation may be off the screen
    const after = /** @type {GestureAction[]} */ (pointerType === "touch" ? [{ do: "hover", point }] : []);
    if (kind === "overview") {
      const [a, b] = this.geometry.window,
        middle = this.overviewTime(x);
      return [{ do: "window", a: middle - (b - a) / 2, b: middle + (b - a) / 2 }, ...after];
    }
    if (!isInPlot && where !== "gate") return after;
    const cell =
      where === "gate" && gate === "y"
        ? { gate, out }
        : where === "gate" && gate && unit !== null
          ? { gate, unit }
          : where === "x"
            ? { gate: /** @type {Panel} */ ("x") }
            : {};
    return [{ do: "click", cell: { ...(isInPlot ? { t } : {}), ...cell }, explain: where === "gate" }, ...after];
  }
}
