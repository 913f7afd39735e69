// Keyboard shortcuts of a stage.

/** @import { Panel } from "../data/scene_types.js" */
/** @import { Part, Ports } from "../view/ports.js" */
/** @import { Store } from "../view/store.js" */
import { enlarge } from "../panels/enlarge.js";
import { GATES, panelsOf } from "../data/panel_names.js";
import { outputOf } from "../model/head.js";
import { selectedRow } from "../view/prediction.js";
import { clamp } from "../view/time_window.js";
import { zoomBy } from "../view/zoom.js";

/** @typedef {Pick<Ports, "state" | "page" | "root" | "run" | "back" | "onKey" | "dismiss">} KeyboardPorts */

/** @type {readonly Panel[]} The panels in the order of the key g. */
const PANELS = [...GATES, "y", "x"];

/**
 * Make the part.
 * @returns {Keyboard}
 */
export function keyboard() {
  return new Keyboard();
}

/** @implements {Part} */
export class Keyboard {
  constructor() {
    this.slot = "";
  }

  /**
   * @param {HTMLElement} _host
   * @param {KeyboardPorts} ports
   */
  mount(_host, ports) {
    ports.onKey((event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return false;
      event.stopPropagation(); // the page around the stage may have hotkeys of its own
      const inside = event.composedPath()[0];
      const isTyping =
        inside instanceof HTMLSelectElement || (inside instanceof HTMLInputElement && inside.type !== "range");
      const isOnButton =
        inside instanceof Element && inside.closest("button, [role=button]") && !inside.matches("[data-part=panels]");
      if (isTyping || (isOnButton && (event.key === "Enter" || event.key === " "))) return false;
      const actions = actionsOf(ports, event.shiftKey ? 10 : 1);
      if (!Object.hasOwn(actions, event.key)) return false;
      event.preventDefault();
      actions[event.key]();
      return true;
    });
  }

  update() {}

  destroy() {}
}

/**
 * Return the action of each key.
 * @param {KeyboardPorts} ports
 * @param {number} far  steps or rows at once
 * @returns {Record<string, () => void>}  by key
 */
function actionsOf({ state, page, run, back, dismiss }, far) {
  const { view } = state,
    end = state.scene.trace.steps - 1,
    loop = state.loop ?? state.visible();
  const step = (/** @type {number} */ t) => () => {
    state.stop();
    state.set({ t }, true);
  };
  const existing = panelsOf(state.scene),
    order = PANELS.filter((name) => existing.includes(name));
  const cycle = (/** @type {1 | -1} */ by) => () =>
    state.set({ gate: order[(order.indexOf(view.gate) + by + order.length) % order.length] }, true);
  const zoom = (/** @type {number} */ factor) => () => zoomBy(state, factor, view.t + 0.5);
  const runCommand = (/** @type {string} */ name) => () => run(name);
  return {
    ArrowLeft: step(view.t - far),
    ArrowRight: step(view.t + far),
    Home: step(0),
    End: step(end),
    ArrowUp: () => selectRow(state, -far),
    ArrowDown: () => selectRow(state, far),
    " ": runCommand("play"),
    Enter() {
      state.stop();
      state.explain();
    },
    g: cycle(1),
    G: cycle(-1),
    l: runCommand("loop"),
    s: runCommand("slow"),
    "?": runCommand("help"),
    d() {
      const { diagrams } = state.scene;
      state.set({ diagram: diagrams[(diagrams.indexOf(view.diagram) + 1) % diagrams.length] });
    },
    "+": zoom(0.5),
    "=": zoom(0.5),
    "-": zoom(2),
    0: runCommand("whole"),
    Backspace: back,
    t: () => page.look?.turn("look"),
    p: runCommand("projector"),
    c: runCommand("contrast"),
    y: runCommand("copy"),
    f: () => enlarge(state, view.gate),
    v: runCommand("view"),
    w: runCommand("whatif"),
    "[": () => state.setLoop([view.t, Math.max(view.t, loop[1])]),
    "]": () => state.setLoop([Math.min(view.t, loop[0]), view.t]),
    Escape() {
      if (dismiss()) return;
      if (state.isPlaying) state.stop();
      else if (view.large) enlarge(state, view.large);
      else run("whole");
    },
  };
}

/**
 * Select the unit or the output that is some rows further down.
 * @param {Store} state
 * @param {number} by  rows; negative: up
 */
function selectRow(state, by) {
  const { answer } = state.scene,
    { visibleUnits, view } = state;
  if (view.gate === "y" && answer) {
    const row = clamp((selectedRow(state) ?? 0) + by, 0, answer.count - 1);
    return state.set({ out: outputOf(answer, row) }, true);
  }
  state.set({ unit: visibleUnits[clamp(visibleUnits.indexOf(view.unit) + by, 0, visibleUnits.length - 1)] }, true);
}
