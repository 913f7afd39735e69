// Mouse, touch and keyboard: what people do on the stage, turned into changes of its view.

const CLICK = 4;  // px a pointer may wander and still be a click
const CYCLE = ["z", "r", "n", "h", "x"];

class Hands {
  constructor(stage) {
    this.stage = stage;
    const { root, part } = stage, signal = stage.listeners.signal;
    const on = (target, type, handle, more) => target.addEventListener(type, handle, { signal, ...more });
    for (const button of root.querySelectorAll("[data-do]")) on(button, "click", () => this.press(button.dataset.do));
    on(root, "keydown", (event) => this.key(event));
    // the page's own hotkeys hear keys by any of these
    for (const type of ["keyup", "keypress"]) on(root, type, (event) => event.stopPropagation());
    on(part.panels, "pointerdown", (event) => this.down(event));
    on(part.panels, "pointermove", (event) => this.move(event));
    for (const type of ["pointerup", "pointercancel"]) on(part.panels, type, (event) => this.up(event, type === "pointercancel"));
    on(part.panels, "pointerleave", () => this.leave());
    on(part.panels, "dblclick", (event) => {
      event.preventDefault();
      this.press("whole");
      stage.set(this.before, true);  // its two clicks chose nothing
    });
    on(part.panels, "wheel", (event) => this.wheel(event), { passive: false });
    on(window, "scroll", () => { this.scrolled = performance.now(); }, { capture: true, passive: true });
    on(part.scrub, "input", () => { stage.stop(); stage.set({ t: +part.scrub.value }); });
    on(part.scrub, "change", () => stage.hear());
    on(part.speed, "change", () => { stage.speed = +part.speed.value; });
    on(part.layer, "change", () => { stage.set({ layer: +part.layer.value }, true); });
    on(part.stat, "change", () => { stage.view.stat = part.stat.value; stage.redraw(); stage.report(); });
    on(part.order, "change", () => this.order(part.order.value));
    on(part.subset, "change", () => this.subset());
    on(root, "focusout", () => root.classList.remove("by-pointer"));
  }

  order(order) {
    const { stage } = this;
    stage.view.order = order;
    stage.askOrder();
    stage.report();
  }

  subset() {
    const { stage } = this;
    stage.typed = stage.part.subset.value;
    stage.choose();
    stage.resize(true);
    stage.rested();
    stage.report();
  }

  press(name) {
    const { stage } = this, { view } = stage;
    const step = (t) => { stage.stop(); stage.set({ t }, true); };
    ({
      first: () => step(0),
      last: () => step(stage.scene.trace.steps - 1),
      back: () => step(view.t - 1),
      forward: () => step(view.t + 1),
      play: () => stage.toggle(),
      slow: () => { stage.slow = !stage.slow; stage.phaseAt = 0; stage.phase = null; stage.press("slow", stage.slow); stage.part.speed.disabled = stage.slow; if (stage.slow && !stage.playing) stage.toggle(); },
      loop: () => stage.setLoop(!stage.loop),
      whole: () => stage.zoomTo(0, stage.scene.trace.steps),
      unit: () => stage.set({ diagram: "unit" }),
      "whole-layer": () => stage.set({ diagram: "layer" }),
      help: () => { const { help } = stage.part; help.hidden = !help.hidden; stage.press("help", !help.hidden); },
      figure: () => this.figure(),
    })[name]();
  }

  figure() {
    const { stage } = this, open = stage.root.querySelector("[data-do=figure]").getAttribute("aria-pressed") !== "true";
    const [first, last] = stage.seen();
    stage.ask({ kind: "figure", open, view: { ...stage.view, first, last } });
  }

  // ---- keyboard

  key(event) {
    this.stage.root.classList.remove("by-pointer");
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    event.stopPropagation();  // Streamlit would rerun on r and clear its caches on c
    const { stage } = this, { view } = stage, inside = event.composedPath()[0];
    if (!stage.scene) return;
    const typing = inside instanceof HTMLSelectElement || (inside instanceof HTMLInputElement && inside.type === "text");
    const pressing = inside instanceof Element && inside.closest("button, [role=button]") && inside !== stage.part.panels;
    if (typing || (pressing && (event.key === "Enter" || event.key === " "))) return;
    const far = event.shiftKey ? 10 : 1;
    const step = (t) => () => { stage.stop(); stage.set({ t }, true); };
    const cycle = (way) => () => stage.set({ gate: CYCLE[(CYCLE.indexOf(view.gate) + way + CYCLE.length) % CYCLE.length] }, true);
    const act = {
      ArrowLeft: step(view.t - far), ArrowRight: step(view.t + far), Home: step(0), End: step(stage.scene.trace.steps - 1),
      ArrowUp: () => this.row(-far), ArrowDown: () => this.row(far),
      " ": () => this.press("play"), Enter: () => { stage.stop(); stage.explain(); },
      g: cycle(1), G: cycle(-1), l: () => this.press("loop"), s: () => this.press("slow"), "?": () => this.press("help"),
      d: () => this.press(view.diagram === "unit" ? "whole-layer" : "unit"),
      "+": () => stage.zoomBy(0.5, view.t + 0.5), "=": () => stage.zoomBy(0.5, view.t + 0.5), "-": () => stage.zoomBy(2, view.t + 0.5),
      0: () => this.press("whole"), Backspace: () => stage.back(),
      "[": () => stage.setLoop([view.t, Math.max(view.t, (stage.loop ?? stage.seen())[1])]),
      "]": () => stage.setLoop([Math.min(view.t, (stage.loop ?? stage.seen())[0]), view.t]),
      Escape: () => { if (!stage.part.help.hidden) this.press("help"); else if (stage.playing) stage.stop(); else this.press("whole"); },
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  row(by) {
    const { stage } = this, place = stage.shown.indexOf(stage.view.unit);
    stage.set({ unit: stage.shown[clamp(place + by, 0, stage.shown.length - 1)] }, true);
  }

  // ---- pointer

  point(event) {
    const box = this.stage.part.panels.getBoundingClientRect();
    const x = event.clientX - box.left, y = event.clientY - box.top, { panels } = this.stage;
    const steps = this.stage.scene.trace.steps;
    return { x, y, t: clamp(Math.floor(panels.time(x)), 0, steps - 1), ...panels.at(x, y) };
  }

  down(event) {
    const { stage } = this;
    if (!stage.scene || (event.pointerType === "mouse" && event.button !== 0)) return;
    stage.root.classList.add("by-pointer");  // no focus ring around what was only pointed at
    stage.part.panels.focus({ preventScroll: true });
    stage.part.panels.setPointerCapture(event.pointerId);
    const point = this.point(event);
    if (event.timeStamp - (this.pressed ?? -1e9) > 500) this.before = stage.place;
    this.pressed = event.timeStamp;
    stage.pointers.set(event.pointerId, point);
    stage.hover = null;
    stage.part.tip.hidden = true;
    if (stage.pointers.size === 2) {
      // two fingers: the steps under them stay under them
      const [p, q] = [...stage.pointers.values()].map(({ x }) => stage.panels.time(x));
      this.drag = { kind: "pinch", times: [p, q] };
      return;
    }
    const loop = point.where === "ruler" && stage.loop ? this.loopEnd(point.x) : null;
    const kind = loop !== null ? "loop"
      : point.where === "overview" ? this.inThumb(point.x) && stage.zoomed ? "thumb" : "overview"
      : event.shiftKey ? "brush"
      : point.where === "ruler" || point.where === "x" || point.where === "axis" ? "scrub"
      : stage.zoomed ? "pan" : "scrub";
    this.drag = { kind, start: point, window: [...stage.window], fixed: loop === null ? null : stage.loop[1 - loop], wandered: false };
    // the ruler answers at once, cells once it is clear that this is no click
    if (kind === "scrub" && point.where !== "gate") this.scrub(point);
  }

  loopEnd(x) {
    const { panels, loop } = this.stage, ends = [panels.x(loop[0]), panels.x(loop[1] + 1)];
    const near = ends.map((end) => Math.abs(end - x)), k = near[0] <= near[1] ? 0 : 1;
    return near[k] < 9 ? k : null;
  }

  inThumb(x) {
    const [from, to] = this.stage.panels.overviewEnds(this.stage.scene.trace.steps);
    return x >= from - 3 && x <= to + 3;
  }

  scrub(point) {
    const { stage } = this;
    stage.stop();
    if (point.t !== stage.view.t) stage.set({ t: point.t });
  }

  move(event) {
    const { stage, drag } = this;
    if (!stage.scene) return;
    const point = this.point(event);
    if (!stage.pointers.has(event.pointerId)) return this.hover(point);
    stage.pointers.set(event.pointerId, point);
    if (!drag) return;
    if (drag.kind === "pinch") return this.pinch();
    const by = point.x - drag.start.x, steps = stage.scene.trace.steps;
    if (!drag.wandered && Math.abs(by) < CLICK) return;
    drag.wandered = true;
    const [a, b] = drag.window;
    if (drag.kind === "scrub") this.scrub(point);
    if (drag.kind === "pan") stage.zoomTo(a - by / stage.panels.plot * (b - a), b - by / stage.panels.plot * (b - a));
    if (drag.kind === "thumb") stage.zoomTo(a + by / stage.panels.plot * steps, b + by / stage.panels.plot * steps);
    if (drag.kind === "loop") {
      stage.setLoop([drag.fixed, point.t]);
    }
    if (drag.kind === "brush" || drag.kind === "overview") {
      stage.brush = Object.assign([drag.start.x, point.x], { overview: drag.kind === "overview" });
      stage.paint();
    }
  }

  pinch() {
    const { stage, drag } = this, [p, q] = [...stage.pointers.values()].map(({ x }) => x), { panels } = stage;
    if (Math.abs(p - q) < 12) return;
    const wide = (drag.times[0] - drag.times[1]) / (p - q) * panels.plot;
    const a = drag.times[0] - (p - panels.left) / panels.plot * wide;
    stage.zoomTo(a, a + wide);
  }

  up(event, cancelled) {
    const { stage, drag } = this, point = this.point(event);
    if (!stage.pointers.delete(event.pointerId) || !drag) return;
    if (drag.kind === "pinch") {
      if (!stage.pointers.size) this.drag = null;
      return stage.rested();
    }
    this.drag = null;
    const brush = stage.brush;
    stage.brush = null;
    stage.paint();
    if (cancelled) return stage.rested();
    if (drag.wandered && brush) {
      const { left, plot } = stage.panels, inside = (x) => clamp(x, left, left + plot);
      const time = (x) => brush.overview ? stage.panels.overviewTime(x, stage.scene.trace.steps) : stage.panels.time(x);
      const [from, to] = brush.map((x) => time(inside(x))).sort((p, q) => p - q);
      stage.zoomTo(Math.floor(from), Math.ceil(to));
    } else if (!drag.wandered) {
      this.click(point, drag.kind);
      // a finger hides what it points at, and the explanation may be off the screen
      if (event.pointerType === "touch") this.hover(point);
    }
    else stage.hear();
    stage.rested();
  }

  click(point, kind) {
    const { stage } = this;
    if (kind === "overview") {
      const [a, b] = stage.window, t = stage.panels.overviewTime(point.x, stage.scene.trace.steps);
      stage.zoomTo(t - (b - a) / 2, t + (b - a) / 2);
      return;
    }
    if (!point.inPlot && point.where !== "gate") return;
    stage.stop();
    const cell = point.where === "gate" ? { gate: point.gate, unit: point.unit } : point.where === "x" ? { gate: "x" } : {};
    stage.set({ ...(point.inPlot ? { t: point.t } : {}), ...cell }, true);
    if (point.where === "gate") stage.explain();
  }

  hover(point) {
    const { stage } = this, { tip } = stage.part, shown = point.inPlot && (point.where === "gate" || point.where === "x");
    stage.part.panels.dataset.zone = point.where === "gate" && stage.zoomed ? "pan" : point.where;
    stage.hover = shown && !stage.playing ? { t: point.t, gate: point.gate, unit: point.unit } : null;
    tip.hidden = !stage.hover;
    if (stage.hover) {
      tip.replaceChildren(...this.tipText(point).map((line, k) => element("div", k ? "" : "strong", line)));
      const room = stage.part.panels.clientWidth, wide = tip.offsetWidth, tall = tip.offsetHeight;
      tip.style.left = `${point.x + 16 + wide > room ? Math.max(0, point.x - 14 - wide) : point.x + 16}px`;
      tip.style.top = `${point.y + 18 + tall > stage.panels.height ? point.y - 12 - tall : point.y + 18}px`;
    }
    stage.paint();
  }

  tipText({ t, gate, unit }) {
    const { stage } = this, { w, tiles, view } = stage, tile = tiles.finest(view.layer, t), label = stage.labelOf(t);
    const step = `${w.step} ${t}${label ? ` \u00b7 ${label}` : ""}`;
    if (!tile) return [step];  // on its way
    if (gate === "x") {
      const some = stage.inputsAt(t).slice(0, 4).map(([name, value]) => `${name} = ${tile.exact ? "" : "\u2248 "}${number(value)}`);
      return [`${w.gates.x} \u00b7 ${step}`, some.join("   ")];
    }
    const at = tile.column(t) * tile.units + unit, value = tile.arrays[gate][at];
    const lines = [`${stage.nameOf(unit)} \u00b7 ${step}${stage.layerName()}`, fillHover(w.hover[gate], value)];
    if (!tile.exact) lines.push(fill(w.pooled_cell, { steps: tile.weight(tile.column(t)), low: number(tile.arrays[`${gate}_low`][at]), mean: number(value), high: number(tile.arrays[`${gate}_high`][at]) }));
    return lines;
  }

  leave() {
    this.stage.hover = null;
    this.stage.part.tip.hidden = true;
    this.stage.paint();
  }

  wheel(event) {
    const { stage } = this;
    if (!stage.scene) return;
    const point = this.point(event);
    // a page that is being scrolled past the stage goes on scrolling
    const passing = performance.now() - (this.scrolled ?? -1e9) < 350 && !event.ctrlKey;
    if (passing) {
      this.scrolled = performance.now();
      return;
    }
    const [a, b] = stage.window, scale = event.deltaMode === 1 ? 16 : 1;
    const across = (event.shiftKey ? event.deltaY : event.deltaX) * scale, down = event.shiftKey ? 0 : event.deltaY * scale;
    if (Math.abs(across) > Math.abs(down)) {
      if (!stage.zoomed) return;
      event.preventDefault();
      const by = across / stage.panels.plot * (b - a);
      return stage.zoomTo(a + by, b + by);
    }
    if (!down || (down > 0 && !stage.zoomed)) return;  // nothing to zoom out of: the page scrolls
    event.preventDefault();
    stage.zoomBy(Math.exp(clamp(down, -240, 240) * 0.0025), clamp(stage.panels.time(point.x), a, b));
  }
}
