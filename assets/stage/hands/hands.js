// Mouse, touch and keyboard: what people do on the stage, turned into changes of its view.

/** @import { Cell, Panel } from "../fields.js" */
/** @import { Action, Brush, Point, PointerFact } from "./gestures.js" */
/** @import { Hovered } from "../panels/marks.js" */
/** @import { Deed } from "../markup.js" */
/** @import { Stage } from "../stage.js" */
import { PANELS } from "../fields.js";
import { Gestures } from "./gestures.js";
import { element } from "../markup.js";
import { outputOf } from "../numbers/answer.js";
import { panelsOf } from "../panels/panels.js";
import { chosenRow } from "../cell/says.js";
import { tipOf } from "./tip.js";
import { parseRange } from "./units.js";
import { clamp } from "./zoom.js";

/** @type {["pointerdown" | "pointermove" | "pointerup" | "pointercancel" | "lostpointercapture", PointerFact["type"]][]} */
const POINTERS = [["pointerdown", "down"], ["pointermove", "move"], ["pointerup", "up"], ["pointercancel", "cancel"], ["lostpointercapture", "cancel"]];
const HINTED = 1800;  // ms a hint is seen

export class Hands {
  /** @param {Stage} stage */
  constructor(stage) {
    this.stage = stage;
    /** @type {Hovered | null} */
    this.hovered = null;
    /** @type {Brush | null} */
    this.brush = null;
    /** Where a double click began. @type {Cell | null} */
    this.before = null;
    this.hinted = false;  // that the wheel needs a key to zoom
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.hint = undefined;
    this.listeners = new AbortController();
    const { root, part, buttons } = stage, { signal } = this.listeners;
    /**
     * @template {keyof HTMLElementEventMap} Type
     * @param {HTMLElement} target
     * @param {Type} type
     * @param {(event: HTMLElementEventMap[Type]) => void} handle
     * @param {AddEventListenerOptions} [more]
     */
    const on = (target, type, handle, more) => target.addEventListener(type, handle, { signal, ...more });
    this.gestures = new Gestures({
      get steps() { return stage.scene.trace.steps; },
      get window() { return stage.window; },
      get left() { return stage.panels.left; },
      get plot() { return stage.panels.plot; },
      get loop() { return stage.loop; },
    });
    for (const name of /** @type {Deed[]} */ (Object.keys(buttons))) on(buttons[name], "click", () => this.press(name));
    on(root, "keydown", (event) => this.key(event));
    // the page's own hotkeys hear keys by any of these
    for (const type of /** @type {const} */ (["keyup", "keypress"])) on(root, type, (event) => event.stopPropagation());
    for (const [name, type] of POINTERS) on(part.panels, name, (event) => this.pointer(type, event));
    // a finger that is lifted leaves too; what it has read stays until the next touch
    on(part.panels, "pointerleave", (event) => { if (event.pointerType !== "touch") this.leave(); });
    on(part.panels, "dblclick", (event) => {
      event.preventDefault();
      if (stage.experiment.deeds.tool !== "look") return;  // two quick clicks are two deeds
      const title = event.composedPath().find((each) => each instanceof HTMLElement && each.classList.contains("title"));
      if (title) return stage.enlarge(/** @type {Panel} */ (/** @type {HTMLElement} */ (title).dataset.gate));
      this.press("whole");
      if (this.before) stage.set(this.before, true);  // its two clicks chose nothing
    });
    on(part.panels, "wheel", (event) => this.wheel(event), { passive: false });
    // a list of options or words that is open closes when one goes on elsewhere
    document.addEventListener("pointerdown", (event) => this.elsewhere(event.composedPath()), { capture: true, signal });
    on(part.scrub, "input", () => {
      stage.stop();
      stage.set({ t: +part.scrub.value });
    });
    on(part.scrub, "change", () => stage.speech.hear());
    on(part.speed, "change", () => { stage.player[stage.player.slow ? "rate" : "speed"] = +part.speed.value; });
    on(part.at, "change", () => {
      const wanted = part.at.value.trim();
      part.at.blur();
      if (/^\d{1,9}$/.test(wanted)) this.step(+wanted);
      else stage.speech.fields();
    });
    on(part.range, "change", () => {
      const found = parseRange(part.range.value, stage.scene.trace.steps);
      stage.speech.ranged(found === undefined ? part.range.value : undefined);
      if (found === undefined) return;
      part.range.blur();
      stage.zoomTo(...found);
      stage.speech.fields();
    });
    on(part.layer, "change", () => stage.set({ layer: +part.layer.value }, true));
    on(part.stat, "change", () => {
      stage.view.stat = stage.scene.statistics.find((stat) => stat === part.stat.value) ?? stage.view.stat;
      stage.redraw();
      stage.report();
    });
    on(part.order, "change", () => {
      stage.view.order = part.order.value;
      stage.askOrder();
      stage.report();
    });
    on(part.subset, "change", () => {
      stage.rows.typed = part.subset.value;
      stage.choose();
      stage.painter.resize(true);
      stage.fetching.rested();
      stage.report();
    });
    on(root, "focusout", () => root.classList.remove("by-pointer"));
  }

  /** Whether any finger or button is down. */
  get busy() {
    return this.gestures.busy;
  }

  /** @param {number} t */
  step(t) {
    this.stage.stop();
    this.stage.set({ t }, true);
  }

  /** @param {Deed} name */
  press(name) {
    const { stage } = this, { view } = stage;
    /** @type {Record<Deed, () => void>} */
    const deeds = {
      first: () => this.step(0),
      last: () => this.step(stage.scene.trace.steps - 1),
      back: () => this.step(view.t - 1),
      forward: () => this.step(view.t + 1),
      play: () => stage.toggle(),
      slow: () => stage.setSlow(!stage.player.slow),
      loop: () => stage.setLoop(stage.loop ? null : stage.seen()),
      whole: () => stage.zoomTo(0, stage.scene.trace.steps),
      unit: () => stage.set({ diagram: "unit" }),
      "whole-layer": () => stage.set({ diagram: "layer" }),
      "over-time": () => stage.set({ diagram: "lines" }),
      help: () => this.unfold("help"),
      view: () => this.unfold("view"),
      copy: () => void this.copy(),
      whatif: () => stage.experiment.toggle(),
      projector: () => stage.options.look?.turn("type"),
      contrast: () => stage.options.look?.turn("contrast"),
      turn: () => {
        view.turned = !view.turned;
        stage.choose();
        stage.arrange({});
      },
      stretch: () => stage.arrange({ colours: view.colours === "fixed" ? "stretched" : "fixed" }),
      own: () => stage.arrange({ xscale: view.xscale === "own" ? "shared" : "own" }),
      figure: () => this.figure(),
    };
    deeds[name]();
  }

  /** @param {"help" | "view"} name  of what opens below the transport: one at a time */
  unfold(name) {
    const { part, speech } = this.stage, open = { help: part.help, view: part.options };
    for (const each of /** @type {const} */ (["help", "view"])) {
      open[each].hidden = each !== name || !open[each].hidden;
      speech.press(each, !open[each].hidden);
    }
  }

  /**
   * Close what is open, but for that of which a path leads out.
   * @param {EventTarget[]} [path]
   * @returns {boolean} whether anything was
   */
  elsewhere(path = []) {
    const { part, buttons, headline } = this.stage;
    let closed = false;
    if (!path.includes(part.panels)) this.leave();
    for (const [box, button] of /** @type {const} */ ([[part.options, "view"], [part.help, "help"]])) {
      if (box.hidden || path.includes(box) || path.includes(buttons[button])) continue;
      this.unfold(button);
      closed = true;
    }
    if (headline.open && !path.includes(part.more) && !path.includes(part.status)) {
      headline.close();
      closed = true;
    }
    return closed;
  }

  figure() {
    const { stage } = this, open = stage.buttons.figure.getAttribute("aria-pressed") !== "true";
    const end = stage.given.trace.steps - 1, [first, last, t] = [...stage.seen(), stage.view.t].map((step) => Math.min(step, end));
    stage.ask({ kind: "figure", open, view: { ...stage.view, t, first, last } });
  }

  // ---- keyboard

  /** @param {KeyboardEvent} event */
  key(event) {
    const { stage } = this, { view, part } = stage, inside = event.composedPath()[0];
    stage.root.classList.remove("by-pointer");
    if (stage.experiment.deeds.key(event)) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    event.stopPropagation();  // Streamlit would rerun on r and clear its caches on c
    const typing = inside instanceof HTMLSelectElement || (inside instanceof HTMLInputElement && inside !== part.scrub);
    const pressing = inside instanceof Element && inside.closest("button, [role=button]") && inside !== part.panels;
    if (typing || (pressing && (event.key === "Enter" || event.key === " "))) return;
    const far = event.shiftKey ? 10 : 1;
    const step = (/** @type {number} */ t) => () => this.step(t);
    // on the slider, up and down move the step as on any slider
    const row = (/** @type {1 | -1} */ way) => inside === part.scrub ? step(view.t + way * far) : () => this.row(-way * far);
    const there = panelsOf(stage.scene), panels = PANELS.filter((name) => there.includes(name));
    const cycle = (/** @type {1 | -1} */ way) => () => stage.set({ gate: panels[(panels.indexOf(view.gate) + way + panels.length) % panels.length] }, true);
    /** @type {Record<string, () => void>} */
    const acts = {
      ArrowLeft: stage.player.slow && far === 1 ? () => stage.player.turn(-1) : step(view.t - far),
      ArrowRight: stage.player.slow && far === 1 ? () => stage.player.turn(1) : step(view.t + far), Home: step(0), End: step(stage.scene.trace.steps - 1),
      ArrowUp: row(1), ArrowDown: row(-1),
      " ": () => this.press("play"), Enter: () => {
        stage.stop();
        stage.explain();
      },
      g: cycle(1), G: cycle(-1), l: () => this.press("loop"), s: () => this.press("slow"), "?": () => this.press("help"),
      d: () => {
        const { diagrams } = stage.scene;
        stage.set({ diagram: diagrams[(diagrams.indexOf(view.diagram) + 1) % diagrams.length] });
      },
      "+": () => stage.zoomBy(0.5, view.t + 0.5), "=": () => stage.zoomBy(0.5, view.t + 0.5), "-": () => stage.zoomBy(2, view.t + 0.5),
      0: () => this.press("whole"), Backspace: () => stage.visits.back(),
      t: () => stage.options.look?.turn("look"), p: () => this.press("projector"), c: () => this.press("contrast"), y: () => this.press("copy"),
      f: () => stage.enlarge(view.gate), v: () => this.press("view"), w: () => this.press("whatif"),
      "[": () => stage.setLoop([view.t, Math.max(view.t, (stage.loop ?? stage.seen())[1])]),
      "]": () => stage.setLoop([Math.min(view.t, (stage.loop ?? stage.seen())[0]), view.t]),
      Escape: () => {
        if (this.elsewhere()) return;
        if (stage.playing) stage.stop();
        else if (view.large) stage.enlarge(view.large);
        else this.press("whole");
      },
    };
    if (!Object.hasOwn(acts, event.key)) return;
    event.preventDefault();
    acts[event.key]();
  }

  /** @param {number} by  rows, downwards */
  row(by) {
    const { stage } = this, place = stage.shown.indexOf(stage.view.unit), { answer } = stage.scene;
    if (stage.view.gate === "y" && answer) {
      const row = clamp((chosenRow(stage) ?? 0) + by, 0, answer.count - 1);
      return stage.set({ out: outputOf(answer, row) }, true);
    }
    stage.set({ unit: stage.shown[clamp(place + by, 0, stage.shown.length - 1)] }, true);
  }

  // ---- pointer

  /** @param {MouseEvent} event */
  at(event) {
    const { part, panels } = this.stage, box = part.panels.getBoundingClientRect(), x = event.clientX - box.left, y = event.clientY - box.top;
    return { x, y, ...panels.at(x, y) };
  }

  /**
   * @param {PointerFact["type"]} type
   * @param {PointerEvent} event
   */
  pointer(type, event) {
    const { stage } = this, { panels } = stage.part;
    if (!stage.panels.width) return;
    if (type === "down") {
      if (event.pointerType === "mouse" && event.button !== 0) return;
      // captured, its clicks would not be the title's
      if (event.target instanceof Element && event.target.closest(".title")) return;
      stage.root.classList.toggle("by-touch", event.pointerType === "touch");
      stage.root.classList.add("by-pointer");  // no focus ring around what was only pointed at
      panels.focus({ preventScroll: true });
      panels.setPointerCapture(event.pointerId);
    }
    const { pointerId: id, timeStamp: time, shiftKey: shift, pointerType } = event, spot = this.at(event);
    if (stage.experiment.grasp.feed({ type, id, shift, ...spot })) return;
    for (const action of this.gestures.feed({ type, id, time, shift, pointerType, ...spot })) this.act(action);
  }

  /** @param {Action} action */
  act(action) {
    const { stage } = this;
    switch (action.do) {
      case "before": this.before = stage.place; break;
      case "hover": this.hover(action.point); break;
      case "scrub":
        stage.stop();
        if (action.t !== stage.view.t) stage.set({ t: action.t });
        break;
      case "window": stage.zoomTo(action.a, action.b); break;
      case "loop": stage.setLoop(action.ends); break;
      case "brush":
        this.brush = action.brush;
        stage.paint();
        break;
      case "click":
        stage.stop();
        stage.told = null;
        stage.set(action.chosen, true);
        if (action.explain) stage.explain();
        break;
      case "settled": stage.speech.hear(); break;
      case "rested": stage.fetching.rested(); break;
    }
  }

  /** @param {Point | null} point */
  hover(point) {
    const { stage } = this, { tip, panels } = stage.part;
    if (point) panels.dataset.zone = point.where === "gate" && stage.zoomed ? "pan" : point.where;
    const gate = point?.inPlot && !stage.playing ? point.where === "x" ? "x" : point.where === "gate" ? point.gate : null : null;
    this.hovered = point && gate ? { t: point.t, gate, unit: point.unit, ...(gate === "y" && { out: point.out }) } : null;
    tip.hidden = !this.hovered;
    if (point && this.hovered) {
      tip.replaceChildren(...tipOf(stage, this.hovered, point.y).map((line, k) => element("div", k ? "" : "strong", line)));
      const room = panels.clientWidth, wide = tip.offsetWidth, tall = tip.offsetHeight;
      tip.style.left = `${point.x + 16 + wide > room ? Math.max(0, point.x - 14 - wide) : point.x + 16}px`;
      tip.style.top = `${point.y + 18 + tall > stage.panels.height ? point.y - 12 - tall : point.y + 18}px`;
    }
    stage.paint();
  }

  /** How to zoom, once. */
  sayOnce() {
    if (!this.hinted) this.say(this.stage.w.wheel_hint);
    this.hinted = true;
  }

  /** @param {string} text  seen over the panels for a while */
  say(text) {
    const { hint } = this.stage.part;
    clearTimeout(this.hint);
    hint.textContent = text;
    hint.hidden = false;
    this.hint = setTimeout(() => { hint.hidden = true; }, HINTED);
  }

  /** The page's address to the clipboard. */
  async copy() {
    const { options, w } = this.stage, done = await options.copy?.();
    if (done !== undefined) this.say(done ? w.copied : w.copy_by_hand);
  }

  leave() {
    this.hovered = null;
    this.stage.part.tip.hidden = true;
    this.stage.paint();
  }

  /** @param {WheelEvent} event */
  wheel(event) {
    const { stage } = this;
    if (!stage.panels.width) return;
    const [a, b] = stage.window, scale = event.deltaMode === 1 ? 16 : 1;
    const across = (event.shiftKey ? event.deltaY : event.deltaX) * scale, down = event.shiftKey ? 0 : event.deltaY * scale;
    if (Math.abs(across) > Math.abs(down)) {
      if (!stage.zoomed) return;
      event.preventDefault();
      const by = across / stage.panels.plot * (b - a);
      stage.zoomTo(a + by, b + by);
      return;
    }
    // the wheel scrolls the page; with a key, or as two fingers on a pad pinch, it zooms
    if (!event.ctrlKey && !event.metaKey) return this.sayOnce();
    event.preventDefault();
    if (!down) return;
    stage.zoomBy(Math.exp(clamp(down, -240, 240) * 0.0025), clamp(stage.panels.time(this.at(event).x), a, b));
  }

  destroy() {
    clearTimeout(this.hint);
    this.listeners.abort();
  }
}
