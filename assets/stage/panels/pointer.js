// Mouse and touch over the panels: select, scrub, pan, zoom, brush, and the tooltip.

/** @import { Cell } from "../model/explain.js" */
/** @import { Ports } from "../view/ports.js" */
/** @import { Brush, GestureAction, PointerFact, PointerPoint, PointerSpot } from "./gestures.js" */
/** @import { Heatmaps } from "./heatmaps.js" */
/** @import { HoverPoint } from "./panel_types.js" */
import { enlarge } from "./enlarge.js";
import { element } from "../view/elements.js";
import { clamp } from "../view/time_window.js";
import { zoomBy } from "../view/zoom.js";
import { Gestures } from "./gestures.js";
import { outputAt } from "./output_row.js";
import { tooltipOf } from "./tooltip.js";

/** @typedef {Pick<Ports, "state" | "root" | "on" | "run" | "paint" | "onDismiss">} PointerPorts */

/** @type {["pointerdown" | "pointermove" | "pointerup" | "pointercancel" | "lostpointercapture", PointerFact["type"]][]} */
const POINTERS = [
  ["pointerdown", "down"],
  ["pointermove", "move"],
  ["pointerup", "up"],
  ["pointercancel", "cancel"],
  ["lostpointercapture", "cancel"],
];

export class PanelsPointer {
  /**
   * @param {Heatmaps} panels
   * @param {Record<string, HTMLElement>} part
   * @param {PointerPorts} ports
   */
  constructor(panels, part, ports) {
    this.panels = panels;
    this.part = part;
    this.ports = ports;
    /** @type {HoverPoint | null} */
    this.hover = null;
    /** @type {Brush | null} */
    this.brush = null;
    /** The cell of the first click of a double click. @type {Cell | null} */
    this.before = null;
    this.hasHinted = false; // the hint that the wheel needs a key to zoom was shown
    this.listeners = new AbortController();
    const { state } = ports,
      { signal } = this.listeners,
      host = part.panels;
    this.gestures = new Gestures({
      get steps() {
        return state.scene.trace.steps;
      },
      get window() {
        return state.window;
      },
      get left() {
        return panels.left;
      },
      get plot() {
        return panels.plot;
      },
      get loop() {
        return state.loop;
      },
    });
    for (const [name, type] of POINTERS) host.addEventListener(name, (event) => this.handle(type, event), { signal });
    // lifting a finger is a pointerleave too: its tooltip stays until the next touch
    const onLeave = (/** @type {PointerEvent} */ event) => {
      if (event.pointerType !== "touch") this.leave();
    };
    host.addEventListener("pointerleave", onLeave, { signal });
    host.addEventListener("dblclick", (event) => this.doubleClick(event), { signal });
    host.addEventListener("wheel", (event) => this.wheel(event), { passive: false, signal });
    ports.onDismiss((path) => {
      if (!path.includes(host)) this.leave();
      return false;
    });
  }

  /** @param {MouseEvent} event */
  doubleClick(event) {
    event.preventDefault();
    const { state, run } = this.ports;
    if (state.pressHandlers.some((taker) => taker.takesClicks())) return; // two quick clicks are two edits
    const isTitle = (/** @type {EventTarget} */ each) =>
      each instanceof HTMLElement && each.classList.contains("title");
    const title = /** @type {HTMLElement | undefined} */ (event.composedPath().find(isTitle));
    if (title) return enlarge(state, /** @type {any} */ (title.dataset.gate));
    run("whole");
    if (this.before) state.set(this.before, true); // undo the selection by its two clicks
  }

  /**
   * Return where an event is on the panels.
   * @param {MouseEvent} event
   * @returns {PointerSpot}
   */
  spot(event) {
    const { part, panels } = this,
      box = part.panels.getBoundingClientRect(),
      x = event.clientX - box.left,
      y = event.clientY - box.top,
      target = panels.at(x, y);
    return { x, y, ...target, ...(target.where === "gate" && target.gate === "y" && { out: outputAt(panels, y) }) };
  }

  /**
   * @param {PointerFact["type"]} type
   * @param {PointerEvent} event
   */
  handle(type, event) {
    const { state, root } = this.ports,
      host = this.part.panels;
    if (!this.panels.width) return;
    if (type === "down") {
      if (event.pointerType === "mouse" && event.button !== 0) return;
      // without capture: it would redirect clicks on the title
      if (event.target instanceof Element && event.target.closest(".title")) return;
      root.classList.toggle("by-touch", event.pointerType === "touch");
      root.classList.add("by-pointer"); // no focus ring after a press
      host.focus({ preventScroll: true });
      host.setPointerCapture(event.pointerId);
    }
    const { pointerId: id, timeStamp: time, shiftKey: shift, pointerType } = event,
      spot = this.spot(event);
    if (state.pressHandlers.some((taker) => taker.feed({ type, id, shift, ...spot }, this.panels))) return;
    for (const action of this.gestures.feed({ type, id, time, shift, pointerType, ...spot })) this.act(action);
    state.isDragging = this.gestures.isBusy;
  }

  /** @param {GestureAction} action */
  act(action) {
    const { state, paint } = this.ports;
    switch (action.do) {
      case "remember":
        this.before = state.place;
        break;
      case "hover":
        this.hoverOver(action.point);
        break;
      case "scrub":
        state.stop();
        if (action.t !== state.view.t) state.set({ t: action.t });
        break;
      case "window":
        state.zoomTo(action.a, action.b);
        break;
      case "loop":
        state.setLoop(action.ends);
        break;
      case "brush":
        this.brush = action.brush;
        paint();
        break;
      case "click":
        state.stop();
        state.story = null;
        state.set(action.cell, true);
        if (action.explain) state.explain();
        break;
      case "dragEnd":
        state.emit("announce");
        break;
      case "release":
        state.isDragging = this.gestures.isBusy;
        state.emit("moved");
        break;
    }
  }

  /** @param {PointerPoint | null} point */
  hoverOver(point) {
    const { state, paint } = this.ports,
      { tip, panels: host } = this.part;
    if (point) host.dataset.zone = point.where === "gate" && state.isZoomed ? "pan" : point.where;
    const over = point?.where === "x" ? "x" : point?.where === "gate" ? point.gate : null,
      gate = point?.isInPlot && !state.isPlaying ? over : null;
    const out = gate === "y" ? { out: point?.out } : {};
    this.hover = point && gate ? { t: point.t, gate, unit: point.unit, ...out } : null;
    tip.hidden = !this.hover;
    if (point && this.hover) {
      const lines = tooltipOf(state, this.panels, this.hover, point.y);
      tip.replaceChildren(...lines.map((line, k) => element("div", k ? "" : "strong", line)));
      const room = host.clientWidth,
        wide = tip.offsetWidth,
        tall = tip.offsetHeight;
      const right = point.x + 16 + wide > room,
        low = point.y + 18 + tall > this.panels.height;
      tip.style.left = `${right ? Math.max(0, point.x - 14 - wide) : point.x + 16}px`;
      tip.style.top = `${low ? point.y - 12 - tall : point.y + 18}px`;
    }
    paint();
  }

  leave() {
    this.hover = null;
    this.part.tip.hidden = true;
    this.ports.paint();
  }

  /** @param {WheelEvent} event */
  wheel(event) {
    const { panels, ports } = this,
      { state } = ports;
    if (!panels.width) return;
    const [a, b] = state.window,
      scale = event.deltaMode === 1 ? 16 : 1;
    const across = (event.shiftKey ? event.deltaY : event.deltaX) * scale,
      down = event.shiftKey ? 0 : event.deltaY * scale;
    if (Math.abs(across) > Math.abs(down)) {
      if (!state.isZoomed) return;
      event.preventDefault();
      const by = (across / panels.plot) * (b - a);
      state.zoomTo(a + by, b + by);
      return;
    }
    // the wheel scrolls the page; with ctrl it zooms, as does a pinch on a touchpad
    if (!event.ctrlKey && !event.metaKey) {
      if (!this.hasHinted) state.emit("hint", state.words.wheel_hint);
      this.hasHinted = true;
      return;
    }
    event.preventDefault();
    if (!down) return;
    const around = clamp(panels.time(this.spot(event).x), a, b);
    zoomBy(state, Math.exp(clamp(down, -240, 240) * 0.0025), around);
  }

  destroy() {
    this.listeners.abort();
  }
}
