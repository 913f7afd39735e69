// The stage: one trace on one time axis, to scrub, play and question. Knows nothing of the page around it: `options`
// says where questions go (`ask`) and who hears of a changed view (`viewed`). Its adapter: stage_streamlit.js.

const ORDERS = ["index", "half_life", "mean_z", "cluster", "component", "peak"];
const SPEEDS = [1, 2, 4, 8, 15, 30, 60, 120, 240];
const PHASES = [["read", 0.7], ["r", 1], ["n", 1.2], ["z", 1.2], ["h", 0.9]];  // seconds, in slow motion
const REST = 160;  // ms without movement before anything is fetched
const PATIENCE = 8000;  // ms a reply may take before the question is sent again
const SHORTEST = 4;  // steps seen at the strongest zoom

class Stage {
  constructor(root, options = {}) {
    this.root = root;
    this.options = options;
    this.part = Object.fromEntries([...root.querySelectorAll("[data-part]")].map((each) => [each.dataset.part, each]));
    root.prepend(element("style", "", CELL_STYLE));
    this.panels = new Panels(this.part.panels);
    this.why = new Why(this.part.why, { goTo: (at) => this.goTo(at), explain: () => this.explain() });
    this.questions = new Map();
    this.trail = [];
    this.speed = 8;
    this.told = 0;
    this.asked = Date.now();  // ids never come twice on a page
    this.view = null;
    this.pointers = new Map();
    this.still = matchMedia("(prefers-reduced-motion: reduce)");
    this.listeners = new AbortController();
    new Hands(this);
    this.sizes = new ResizeObserver(() => this.resize());
    this.sizes.observe(root);
    root.gruviz = this;
  }

  // ---- what Python sends

  show({ header, arrays }) {
    const old = this.scene, fresh = old?.trace.id !== header.trace.id;
    const told = header.view, moved = !old || (header.place !== old.place && header.place !== null);
    this.scene = header;
    this.w = { ...header.words, language: header.language };
    const { steps, units, layers } = header.trace;
    if (fresh) {
      this.tiles = new Tiles(steps, (layer) => header.trace.bidirectional && layer % 2 === 1);
      this.answered = null;
    }
    if (!this.view) this.view = { ...told, ...this.options.remembered?.() };
    else if (moved) Object.assign(this.view, told, { order: this.view.order, diagram: this.view.diagram, stat: this.view.stat });
    if (!old || moved) this.typed = this.view.subset;
    else if (fresh) this.typed = withinUnits(this.typed, units, header.unit_names);
    const view = this.view;
    view.t = clamp(view.t ?? header.home.t, 0, steps - 1);
    view.unit = clamp(view.unit ?? header.home.unit, 0, units - 1);
    view.layer = Math.min(view.layer, layers - 1);
    if (!old || moved) {
      const asked = [view.first ?? 0, (view.last ?? steps - 1) + 1];
      this.window = asked[0] < Math.min(asked[1], steps) ? asked : [0, steps];
    } else if (this.window[0] === 0 && this.window[1] === old.trace.steps) this.window = [0, steps];
    this.look(...this.window);
    if (this.loop && (moved || this.loop[1] >= steps)) this.setLoop(null);
    this.tiles.add(header.tile, arrays, null);
    if (view.order === told.order && header.tile.layer === view.layer) this.order = arrays.order;
    else if (!this.order || this.order.length !== units) this.order = Int32Array.from({ length: units }, (_, k) => k);
    if (view.order !== told.order || header.tile.layer !== view.layer) this.askOrder();
    this.cell ??= createCell(this.part.cell, this.w);
    this.cell.setWords(this.w);
    this.speak();
    this.choose();
    this.dress();
    this.resize(true);
    this.rested();
    // a link that names a gate shows what the one who sent it saw
    if (fresh && (this.explained || (!old && view.gate !== "h"))) this.explain();
    this.report();
  }

  // A reply to a question, however late
  answer({ header, arrays }) {
    this.questions.delete(header.reply);
    if (header.trace === this.scene.trace.id) {
      if (header.kind === "tile") {
        this.tiles.add(header.tile, arrays, this.drawn?.tile);
        this.stale = true;
        this.rested();  // the window is there, the cursor's own step may not be
      }
      if (header.kind === "explain") {
        this.answered = header;
        this.hear();
      }
      if (header.kind === "order" && header.order === this.view.order && header.layer === this.view.layer) {
        this.order = arrays.order;
        this.choose();
        this.resize(true);
      }
    }
    if (header.kind === "figure") this.press("figure", header.open);
    this.paint();
    this.next();
  }

  // ---- questions: one on its way at a time, of each kind only the latest

  ask(question) {
    if (!this.options.ask) return;
    for (const [id, old] of this.questions) if (old.kind === question.kind && !old.sent) this.questions.delete(id);
    this.questions.set(++this.asked, { ...question, trace: this.scene.trace.id, sent: 0, tries: 0 });
    this.next();
  }

  next() {
    const now = performance.now();
    for (const [id, question] of this.questions) {
      if (question.sent && now - question.sent < PATIENCE) return;
      const { sent, tries, ...plain } = question;
      if (tries === 2 || plain.trace !== this.scene.trace.id) {
        this.questions.delete(id);
        this.paint();
        continue;
      }
      // a question can be lost where a rerun of the page takes its place
      Object.assign(question, { sent: now, tries: tries + 1 });
      this.options.ask({ id, ...plain });
      clearTimeout(this.late);
      this.late = setTimeout(() => this.next(), PATIENCE + 50);
      return;
    }
  }

  askOrder() {
    this.ask({ kind: "order", order: this.view.order, layer: this.view.layer });
  }

  explain() {
    const { gate, layer, t, unit } = this.view;
    this.explained = true;
    if (gate !== "h" && gate !== "x") this.ask({ kind: "explain", gate, layer, t, unit });
    this.paint();
  }

  waiting(kind) {
    return [...this.questions.values()].some((question) => question.kind === kind);
  }

  // Once the cursor rests: numbers of the very step, and detail where the window is coarser than the screen
  rested() {
    clearTimeout(this.rest);
    this.rest = setTimeout(() => {
      if (this.playing || this.pointers.size || !this.options.ask) return;
      const wanted = this.wanted();
      if (wanted) this.ask({ kind: "tile", ...wanted });
    }, REST);
  }

  // The next piece of the trace worth having, if any
  wanted() {
    const { layer, t } = this.view, steps = this.scene.trace.steps, [a, b] = this.window, { tiles } = this;
    if (!tiles.covering(layer, 0, steps - 1)) return { layer, first: 0, last: steps - 1 };
    const seen = tiles.covering(layer, ...this.seen()), margin = (b - a) / 4;
    const window = { layer, first: Math.max(0, Math.floor(a - margin)), last: Math.min(steps - 1, Math.ceil(b + margin)) };
    // the same question has the same answer
    const coarse = seen.each > 1 && (b - a) / seen.each < Math.min(this.panels.plot, seen.columns * 0.6);
    if (coarse && !tiles.has(layer, window.first, window.last)) return window;
    const inexact = [layer, ...this.below(layer)].find((row) => !tiles.finest(row, t)?.exact);
    return inexact === undefined ? null : { layer: inexact, first: Math.max(0, t - 60), last: Math.min(steps - 1, t + 60) };
  }

  // Steps in the window, whole ones
  seen() {
    const [a, b] = this.window;
    return [Math.max(0, Math.floor(a)), Math.min(this.scene.trace.steps, Math.ceil(b)) - 1];
  }

  // The rows of the layer axis whose states this one reads; none reads the sequence itself
  below(layer) {
    const each = this.scene.trace.bidirectional ? 2 : 1, top = layer - layer % each;
    return top === 0 ? [] : Array.from({ length: each }, (_, k) => top - each + k);
  }

  // ---- words and controls

  speak() {
    const w = this.w;
    for (const each of this.root.querySelectorAll("[data-word]")) each.textContent = w[each.dataset.word];
    for (const each of this.root.querySelectorAll("[data-tip]")) {
      each.title = w[each.dataset.tip];
      if (!each.dataset.word) each.setAttribute("aria-label", w[each.dataset.tip]);
    }
    for (const each of this.root.querySelectorAll("[data-label]")) each.setAttribute("aria-label", w[each.dataset.label]);
    for (const each of this.root.querySelectorAll("[data-hint]")) each.placeholder = w[each.dataset.hint];
    this.part.panels.setAttribute("aria-roledescription", w.panels_role);
    options(this.part.speed, SPEEDS.map((speed) => [speed, fill(w.speed_value, { speed })]), this.speed);
    options(this.part.order, ORDERS.map((order) => [order, w.orders[order]]), this.view.order);
    options(this.part.stat, ["mean", "low", "high"].map((stat) => [stat, w.statistics[stat]]), this.view.stat);
    options(this.part.layer, this.scene.layer_names.map((name, k) => [k, name]), this.view.layer);
    // what only Python can give is not offered where it cannot be asked
    this.part["layer-box"].hidden = this.scene.layer_names.length < 2 || !this.options.ask;
    this.part["order-box"].hidden = this.part.figure.hidden = !this.options.ask;
    this.part.scrub.max = this.scene.trace.steps - 1;
    this.part.subset.value = this.typed;
    this.part.gates.replaceChildren(...GATES.map((gate) => {
      const button = element("button", "toggle", `${gate === "n" ? w.candidate_short : gate}`);
      button.type = "button";
      button.title = w.gates[gate];
      button.dataset.gate = gate;
      button.addEventListener("click", () => { this.set({ gate }, true); this.explain(); });
      return button;
    }));
    this.part.help.replaceChildren(...w.keys.split("\n").map((line) => {
      const [keys, meaning] = line.split(" | ");
      return element("div", "", ...keys.split(" ").map((key) => element("kbd", "", key)), element("span", "", meaning));
    }));
    this.labelPlay();
  }

  // The units shown, in their order; what was typed stays in its box even where it names none
  choose() {
    const { units } = this.scene.trace, { w } = this, found = parseUnits(this.typed, units, this.scene.unit_names);
    const wrong = found.wrong !== undefined;
    text(this.part.problem, wrong ? fill(w.subset_wrong, { word: found.wrong, last: units - 1 }) : "");
    this.part.subset.setAttribute("aria-invalid", String(wrong));
    if (!wrong) this.view.subset = this.typed.trim();
    const chosen = wrong ? parseUnits(this.view.subset, units, this.scene.unit_names).units : found.units;
    this.shown = chosen?.size ? this.order.filter((unit) => chosen.has(unit)) : this.order;
    if (!this.shown.includes(this.view.unit)) this.view.unit = this.shown[0];
  }

  // The page's theme, read from its colours
  dress() {
    const theme = this.options.theme?.() ?? "light";
    this.root.dataset.theme = theme;
    this.theme = theme;
    this.palettes = Object.fromEntries(["x", ...GATES].map((name) => [name, new Palette(this.scene.palettes[theme][name], this.scene.odd)]));
    const style = getComputedStyle(this.root), colour = (name) => style.getPropertyValue(`--${name}`).trim();
    this.ink = { ...Object.fromEntries(["ink", "muted", "line", "surface", "accent", "halo"].map((name) => [name, colour(name)])), onAccent: colour("on-accent") };
    this.ink.inputs = [this.ink.ink, ...Object.values(this.scene.lines[theme])];
    this.redraw();
  }

  press(name, on) {
    const attribute = name === "help" ? "aria-expanded" : "aria-pressed";
    this.root.querySelector(`[data-do="${name}"]`).setAttribute(attribute, String(on));
  }

  resize(force = false) {
    if (!this.scene) return;
    const width = Math.floor(this.part.panels.clientWidth);
    if (!width || (!force && width === this.panels.width)) return;
    this.panels.arrange(width, this.scene, this.shown, this.w);
    this.redraw();
  }

  // ---- the view

  set(patch, told = false) {
    const layer = this.view.layer;
    Object.assign(this.view, patch);
    const view = this.view, { steps } = this.scene.trace;
    view.t = clamp(view.t, 0, steps - 1);
    if (patch.unit !== undefined && !this.shown.includes(view.unit)) {
      this.typed = this.part.subset.value = "";  // one asked for a unit that was hidden
      this.choose();
      this.resize(true);
    }
    if (layer !== view.layer) {
      this.part.layer.value = view.layer;
      this.askOrder();  // Python hears of the layer by it
      this.redraw();
    }
    if (patch.t !== undefined) this.follow();
    this.paint();
    this.rested();
    if (told) this.hear();
    this.report();
  }

  goTo({ gate, layer, t, unit }) {
    this.trail.push({ ...this.place });
    this.visit({ gate, layer, t, unit });
  }

  back() {
    if (this.trail.length) this.visit(this.trail.pop());
  }

  get place() {
    const { gate, layer, t, unit } = this.view;
    return { gate, layer, t, unit };
  }

  visit({ gate, layer, t, unit }) {
    this.stop();
    this.set({ t, ...(gate ? { gate } : {}), ...(gate === "x" || unit == null ? {} : { unit }), ...(layer == null || gate === "x" ? {} : { layer }) }, true);
    if (gate && gate !== "x") this.explain();
  }

  // The window goes along when the cursor leaves it
  follow() {
    const [a, b] = this.window, { t } = this.view, wide = b - a;
    if (t >= Math.floor(a) && t + 1 <= Math.ceil(b)) return;
    const start = this.playing ? t : t < a ? t - wide * 0.1 : t + 1 - wide * 0.9;
    this.zoomTo(start, start + wide);
  }

  // Take a window, as near as there is one
  look(a, b) {
    const { steps } = this.scene.trace, wide = Math.min(steps, Math.max(b - a, Math.min(SHORTEST, steps)));
    const start = clamp((a + b - wide) / 2, 0, steps - wide);
    this.window = [start, start + wide];
    const [first, last] = this.seen();
    Object.assign(this.view, { first, last: last >= steps - 1 ? null : last });
  }

  zoomTo(a, b) {
    const steps = this.scene.trace.steps, wide = b - a;
    if (a < 0 || b > steps) [a, b] = a < 0 ? [0, wide] : [steps - wide, steps];  // pushed against an end, the width stays
    this.look(a, b);
    this.redraw();
    this.rested();
    this.report();
  }

  zoomBy(factor, around) {
    const [a, b] = this.window, steps = this.scene.trace.steps;
    const wide = clamp((b - a) * factor, Math.min(SHORTEST, steps), steps);
    const share = (around - a) / (b - a);
    this.zoomTo(around - share * wide, around + (1 - share) * wide);
  }

  get zoomed() {
    return this.window[1] - this.window[0] < this.scene.trace.steps - 0.01;
  }

  report() {
    const { view, scene } = this, query = {};
    for (const [key, value] of Object.entries({ ...scene.defaults, ...scene.home })) query[key] = view[key] === value || view[key] == null ? null : String(view[key]);
    this.options.viewed?.(query, view);
  }

  // ---- playing

  toggle() {
    if (this.playing) return this.stop();
    const [from, to] = this.range(), { t } = this.view, way = this.way();
    if (t < from || t > to || t === (way > 0 ? to : from)) this.set({ t: way > 0 ? from : to });
    this.playing = true;
    this.root.classList.add("playing");
    this.labelPlay();
    this.clock = null;
    this.debt = 0;
    this.phaseAt = 0;
    const tick = (now) => {
      if (!this.playing) return;
      this.advance(Math.min((now - (this.clock ?? now)) / 1000, 0.25));
      this.clock = now;
      if (this.playing) this.frame = requestAnimationFrame(tick);
    };
    this.frame = requestAnimationFrame(tick);
  }

  stop() {
    if (!this.playing && !this.phase) return;
    this.playing = false;
    this.phase = null;
    cancelAnimationFrame(this.frame);
    this.root.classList.remove("playing");
    this.labelPlay();
    this.paint();
    this.hear();
    this.rested();
  }

  labelPlay() {
    const button = this.root.querySelector("[data-do=play]"), text = this.playing ? this.w.pause : this.w.play;
    button.title = text;
    button.setAttribute("aria-label", text);
  }

  // A reverse layer computes from the end
  way() {
    return this.tiles.reverse(this.view.layer) ? -1 : 1;
  }

  range() {
    return this.loop ?? [0, this.scene.trace.steps - 1];
  }

  advance(seconds) {
    const [from, to] = this.range();
    let steps;
    if (this.slow) {
      this.phaseAt += seconds;
      const total = PHASES.reduce((sum, [, each]) => sum + each, 0);
      steps = Math.floor(this.phaseAt / total);
      this.phaseAt -= steps * total;
      let at = this.phaseAt;
      const k = PHASES.findIndex(([, each]) => (at -= each) < 0);
      this.phase = { name: PHASES[k][0], progress: 1 + at / PHASES[k][1] };
    } else {
      this.phase = null;
      this.debt += seconds * this.speed;
      steps = Math.floor(this.debt);
      this.debt -= steps;
    }
    if (!steps) {
      if (this.phase) this.paintNow();
      return;
    }
    const way = this.way(), count = to - from + 1, [start, end] = way > 0 ? [from, to] : [to, from];
    const gone = (this.view.t - start) * way + steps;
    if (gone >= count && !this.loop) {
      this.view.t = end;
      this.stop();
      this.set({ t: end });
      return;
    }
    this.view.t = start + way * (gone % count);
    this.follow();
    this.ahead();
    this.paintNow();
    this.report();
  }

  // While a long trace plays, what comes next is fetched before it is due; in slow motion, the sums of the step
  ahead() {
    if (!this.options.ask) return;
    const { layer, t, gate, unit } = this.view, steps = this.scene.trace.steps, way = this.way();
    if (this.slow && !this.waiting("explain") && !this.replyFor()) this.ask({ kind: "explain", gate: gate === "x" ? "h" : gate, layer, t, unit });
    const [a, b] = this.window, reach = Math.round(Math.max(b - a, 400) + this.speed * 4), far = clamp(t + way * reach, 0, steps - 1);
    if (this.waiting("tile") || (this.tiles.finest(layer, t)?.exact && this.tiles.finest(layer, far)?.exact)) return;
    const first = clamp(Math.min(t, far) - Math.round(b - a), 0, steps - 1), last = clamp(Math.max(t, far) + reach, 0, steps - 1);
    if (!this.tiles.has(layer, first, last)) this.ask({ kind: "tile", layer, first, last });
  }

  setLoop(loop) {
    this.loop = loop === true ? this.seen() : loop || null;
    if (this.loop) this.loop.sort((a, b) => a - b);
    this.press("loop", !!this.loop);
    this.paint();
  }

  // ---- drawing

  redraw() {
    this.stale = true;
    this.paint();
  }

  paint() {
    if (this.pending || !this.scene) return;
    this.pending = requestAnimationFrame(() => this.paintNow());
  }

  paintNow() {
    cancelAnimationFrame(this.pending);
    this.pending = null;
    if (!this.panels.width) return;
    const { view } = this;
    if (this.stale) {
      this.stale = false;
      const [a, b] = this.window;
      this.drawn = this.panels.draw({ tiles: this.tiles, layer: view.layer, statistic: view.stat, palettes: this.palettes, ink: this.ink, a, b });
      this.note();
    }
    this.panels.mark({ ...view, hover: this.hover, brush: this.brush, loop: this.loop, phase: this.phase, playing: this.playing });
    const state = this.moment();
    this.cell.update(state);
    // while it plays, ten times a second are enough; in slow motion nothing is told before it is computed
    const now = performance.now(), hidden = this.phase && PHASES.findIndex(([name]) => name === this.phase.name) <= PHASES.findIndex(([name]) => name === view.gate);
    this.part.why.classList.toggle("hidden", !!hidden);
    if (!this.playing || now - this.told > 100) {
      this.told = now;
      this.why.update(this.question(state));
    }
    this.write(state);
    this.options.moved?.(view);
  }

  // Everything about the chosen cell: numbers of one unit, vectors of all
  moment() {
    const { view, tiles, scene } = this, { layer, t, unit } = view, below = this.below(layer);
    const tile = tiles.finest(layer, t), vectors = {}, pick = (vector) => vector ? this.shownOf(vector) : new Float32Array(0);
    const raw = Object.fromEntries(GATES.map((gate) => [gate, tiles.vector(gate, layer, t)]));
    raw.hPrev = tiles.previous(layer, t);
    const numbers = Object.fromEntries(Object.entries(raw).map(([name, vector]) => [name, vector ? vector[unit] : null]));
    for (const name of [...GATES, "hPrev"]) vectors[name] = pick(raw[name]);
    // an upper layer reads the states of the one below, its directions side by side
    const read = below.length ? below.map((row) => tiles.vector("h", row, t)) : [tiles.vector("x", layer, t)];
    vectors.x = Float32Array.from(read.every(Boolean) ? read.flatMap((vector) => [...vector]) : []);
    // means of several steps do not multiply
    const known = numbers.hPrev !== null && tile.exact;
    numbers.keep = known ? numbers.z * numbers.hPrev : null;
    numbers.write = known ? (1 - numbers.z) * numbers.n : null;
    vectors.keep = vectors.z.map((z, k) => known ? z * vectors.hPrev[k] : NaN);
    vectors.write = vectors.z.map((z, k) => known ? (1 - z) * vectors.n[k] : NaN);
    numbers.x = vectors.x.length === 1 && !below.length ? vectors.x[0] : null;
    const palette = (gate) => this.palettes[gate === "x" && below.length ? "h" : gate] ?? this.palettes.h;
    return {
      mode: view.diagram, reset: scene.trace.reset, reverse: tiles.reverse(layer), below: below.length > 0, t, unitName: this.nameOf(unit), gate: view.gate,
      phase: this.phase, numbers, vectors, sums: this.replyFor()?.sums ?? null, approximate: !tile?.exact,
      reduced: this.still.matches, colour: (gate, value) => palette(gate).css(value), onPick: (name) => this.pick(name),
    };
  }

  shownOf(vector) {
    const out = new Float32Array(this.shown.length);
    for (let k = 0; k < out.length; k++) out[k] = vector[this.shown[k]];
    return out;
  }

  pick(name) {
    const { t, layer } = this.view, before = this.tiles.reverse(layer) ? t + 1 : t - 1;
    if (name === "hPrev" && before >= 0 && before < this.scene.trace.steps) return this.goTo({ gate: "h", layer, t: before, unit: this.view.unit });
    const gate = { keep: "h", write: "h", hPrev: "h" }[name] ?? name, below = this.below(layer);
    if (name === "x" && below.length) return this.goTo({ gate: "h", layer: below[0], t, unit: this.view.unit });
    this.set({ gate }, true);
    this.explain();
  }

  replyFor() {
    const { layer, t, unit } = this.view, reply = this.answered;
    return reply && reply.layer === layer && reply.t === t && reply.unit === unit ? reply : null;
  }

  question({ numbers, approximate, reset, reverse, colour }) {
    const { gate, layer, t, unit } = this.view, reply = this.replyFor();
    return {
      w: this.w, gate, layer, t, unit, name: this.nameOf(unit) + this.layerName(), layers: this.scene.layer_names, back: this.trail.length ? () => this.back() : null,
      bidirectional: this.scene.trace.bidirectional, numbers, inputs: this.inputsAt(t),
      approximate, reset, reverse, colour, kind: this.scene.trace.kind, steps: this.scene.trace.steps, theme: this.theme,
      reply: reply?.gate === gate ? reply : null, pending: this.waiting("explain"), canAsk: !!this.options.ask,
    };
  }

  // Which layer a number is of, where there are several
  layerName() {
    return this.scene.layer_names.length > 1 ? ` \u00b7 ${this.scene.layer_names[this.view.layer]}` : "";
  }

  nameOf(unit) {
    return this.scene.unit_names[unit] ?? String(unit);
  }

  // The network's input at a step, largest first: [name, value]
  inputsAt(t) {
    const values = this.tiles.vector("x", this.view.layer, t) ?? [];
    return Array.from(values, (value, k) => [this.panels.channel(k), value]).sort(([, p], [, q]) => Math.abs(q) - Math.abs(p));
  }

  labelOf(t) {
    for (const tile of this.tiles.tiles) if (tile.exact && t >= tile.first && t <= tile.last && tile.labels.length) return tile.labels[t - tile.first];
    return "";
  }

  // Texts that follow the cursor
  write({ phase }) {
    const { t, unit, gate } = this.view, w = this.w, label = this.labelOf(t), steps = this.scene.trace.steps;
    const now = `${w.step} ${t.toLocaleString("en")} / ${(steps - 1).toLocaleString("en")}${label ? ` \u00b7 ${label}` : ""}`;
    text(this.part.now, now);
    if (this.part.scrub.value !== String(t)) this.part.scrub.value = t;
    this.part.scrub.style.setProperty("--done", `${t / Math.max(1, steps - 1) * 100}%`);
    this.part.scrub.setAttribute("aria-valuetext", now);
    text(this.part.chosen, fill(w.chosen, { unit: this.nameOf(unit), t, label: label ? ` (${label})` : "" }) + this.layerName());
    for (const button of this.part.gates.children) button.setAttribute("aria-pressed", String(button.dataset.gate === gate));
    this.press("unit", this.view.diagram === "unit");
    this.press("whole-layer", this.view.diagram === "layer");
    this.part.phase.hidden = !phase;
    if (phase) text(this.part.phase, w.phases[phase.name]);
    this.part.whole.setAttribute("aria-disabled", String(!this.zoomed));
  }

  // What shares a pixel is said; where it can happen at all, the line has its place
  note() {
    const { drawn, w, panels } = this, coarse = drawn && (drawn.each > 1 || drawn.units > 1);
    const possible = this.scene.trace.steps > panels.plot * panels.ratio || this.shown.length > panels.row("h").height * panels.ratio;
    this.part["stat-box"].hidden = this.part.pooled.hidden = !possible && !coarse;
    const told = coarse ? fill(drawn.each > 1 && drawn.units > 1 ? w.pooled_both : drawn.each > 1 ? w.pooled_steps : w.pooled_units, { steps: drawn.each, units: drawn.units, statistic: w.statistics[this.view.stat] }) : "";
    text(this.part.pooled, told);
  }

  // For screen readers, once the cursor rests
  hear() {
    clearTimeout(this.voice);
    this.voice = setTimeout(() => {
      const { view, w } = this, tile = this.tiles.finest(view.layer, view.t);
      const label = this.labelOf(view.t), { t } = view, after = label ? ` (${label})` : "";
      if (view.gate === "x") {
        const inputs = this.inputsAt(view.t).slice(0, 4).map(([name, value]) => `${name} ${number(value)}`);
        return text(this.part.heard, fill(w.heard_input, { t, label: after, values: inputs.join(", ") }));
      }
      const value = this.tiles.vector(view.gate, view.layer, view.t)?.[view.unit];
      const about = tile?.exact ? "" : "\u2248 ";
      const said = fill(w.heard, { t, label: after, unit: this.nameOf(view.unit), gate: w.gates[view.gate], value: about + number(value) });
      const reply = this.replyFor(), taken = reply?.gate === view.gate ? fill(w.heard_terms, { sum: number(real(reply.total)), term: number(real(reply.terms[0]?.value)) }) : "";
      text(this.part.heard, `${said}${taken && ". "}${taken}`);
    }, 250);
  }

  // ---- for tests and the page around it

  // Where a cell's middle is, in the browser window
  placeOf(gate, t, unit) {
    const box = this.part.panels.getBoundingClientRect(), row = this.panels.unitBox(gate, this.shown.indexOf(unit));
    return [box.left + this.panels.x(t + 0.5), box.top + row.top + row.height / 2];
  }

  valueOf(gate, t, unit) {
    return this.tiles.vector(gate, this.view.layer, t)[unit];
  }

  destroy() {
    this.stop();
    this.listeners.abort();
    this.sizes.disconnect();
    for (const timer of [this.rest, this.voice, this.late]) clearTimeout(timer);
    this.root.querySelector("style").remove();
    this.part.cell.replaceChildren();
  }
}

function clamp(value, low, high) {
  return Math.max(low, Math.min(high, value));
}

function text(node, value) {
  if (node.textContent !== value) node.textContent = value;
}

function options(select, choices, chosen) {
  const made = choices.map(([value, label]) => Object.assign(document.createElement("option"), { value, textContent: label }));
  select.replaceChildren(...made);
  select.value = chosen;
}
