// The stage: one trace on one time axis, to scrub, play and question. Knows nothing of the page around it: `options`
// says where questions go (`ask`) and who hears of a changed view (`viewed`). The adapter to Streamlit is at the end.

const ORDERS = ["index", "half_life", "mean_z", "cluster", "component", "peak"];
const SPEEDS = [1, 2, 4, 8, 15, 30, 60, 120, 240];
const PHASES = [["read", 0.7], ["r", 1], ["n", 1.2], ["z", 1.2], ["h", 0.9]];  // seconds, in slow motion
const REST = 160;  // ms without movement before anything is fetched
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
    this.asked = 0;
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
      this.tiles = new Tiles((layer) => header.trace.bidirectional && layer % 2 === 1);
      this.answered = null;
      this.stop();
    }
    if (!this.view) this.view = { ...told, ...this.options.remembered?.() };
    else if (moved) Object.assign(this.view, told, { order: this.view.order, diagram: this.view.diagram, subset: this.view.subset });
    const view = this.view;
    view.t = clamp(view.t ?? header.home.t, 0, steps - 1);
    view.unit = clamp(view.unit ?? header.home.unit, 0, units - 1);
    view.layer = Math.min(view.layer, layers - 1);
    const whole = [0, steps];
    if (!old || moved) this.window = [view.first ?? 0, (view.last ?? steps - 1) + 1];
    else if (this.window[0] === 0 && this.window[1] === old.trace.steps) this.window = whole;
    this.window = this.fitted(...this.window);
    if (this.loop && fresh) this.loop = this.loop[1] < steps ? this.loop : null;
    this.tiles.add(header.tile, arrays);
    if (view.order === told.order && header.tile.layer === view.layer) this.order = arrays.order;
    else if (!this.order || this.order.length !== units) this.order = Int32Array.from({ length: units }, (_, k) => k);
    if (view.order !== told.order || (fresh && header.tile.layer !== view.layer && view.order !== "index")) this.askOrder();
    this.cell ??= createCell(this.part.cell, this.w);
    this.cell.setWords?.(this.w);
    this.speak();
    this.choose();
    this.dress();
    this.resize(true);
    this.rested();
    if (fresh && this.explained) this.explain();
    this.report();
  }

  // A reply to a question
  answer({ header, arrays }) {
    const question = this.questions.get(header.reply);
    if (!question) return;
    this.questions.delete(header.reply);
    if (question.trace === this.scene.trace.id && header.kind !== "error") {
      if (header.kind === "tile") {
        this.tiles.add(header.tile, arrays);
        this.stale = true;
      }
      if (header.kind === "explain") this.answered = header;
      if (header.kind === "order" && header.order === this.view.order && header.layer === this.view.layer) {
        this.order = arrays.order;
        this.choose();
        this.resize(true);
      }
      this.paint();
    }
    if (header.kind === "figure") this.press("figure", header.open);
    this.next();
  }

  // ---- questions: one on its way at a time, of each kind only the latest

  ask(question) {
    if (!this.options.ask) return;
    for (const [id, old] of this.questions) if (old.kind === question.kind && !old.sent) this.questions.delete(id);
    this.questions.set(++this.asked, { ...question, trace: this.scene.trace.id, sent: 0 });
    this.next();
  }

  next() {
    const now = performance.now();
    for (const [id, question] of this.questions) {
      if (question.sent && now - question.sent < 8000) return;
      if (question.sent) {
        this.questions.delete(id);  // never answered: a rerun of the page took its place
        continue;
      }
      question.sent = now;
      const { sent, ...plain } = question;
      this.options.ask({ id, ...plain });
      clearTimeout(this.late);
      this.late = setTimeout(() => this.next(), 8100);
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
      const { layer, t } = this.view, steps = this.scene.trace.steps, [a, b] = this.window;
      const seen = this.tiles.covering(layer, Math.max(0, Math.floor(a)), Math.min(steps, Math.ceil(b)) - 1);
      const columns = seen ? (b - a) / seen.each : 0;
      const covers = seen && seen.first <= a && seen.last + 1 >= b;
      if (!covers || (seen.each > 1 && columns < Math.min(this.panels.plot, seen.columns * 0.6))) {
        const margin = (b - a) / 4;
        const wanted = { kind: "tile", layer, first: Math.max(0, Math.floor(a - margin)), last: Math.min(steps - 1, Math.ceil(b + margin)) };
        // the same question has the same answer
        const name = JSON.stringify([this.scene.trace.id, wanted]);
        if (this.wanted !== name) {
          this.wanted = name;
          this.ask(wanted);
          return;
        }
      }
      if (!this.tiles.finest(layer, t)?.exact) this.ask({ kind: "tile", layer, first: Math.max(0, t - 60), last: Math.min(steps - 1, t + 60) });
    }, REST);
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
    options(this.part.speed, SPEEDS.map((speed) => [speed, fill(w.speed_value, { speed })]), this.speed ?? 8);
    options(this.part.order, ORDERS.map((order) => [order, w.orders[order]]), this.view.order);
    options(this.part.stat, ["mean", "low", "high"].map((stat) => [stat, w.statistics[stat]]), this.view.stat);
    options(this.part.layer, this.scene.layer_names.map((name, k) => [k, name]), this.view.layer);
    this.part["layer-box"].hidden = this.scene.layer_names.length < 2;
    this.part.figure.hidden = !this.options.ask;
    this.part.scrub.max = this.scene.trace.steps - 1;
    if (this.part.subset.value !== this.view.subset && !this.wrongSubset) this.part.subset.value = this.view.subset;
    this.part.gates.replaceChildren(...GATES.map((gate) => {
      const button = element("button", "toggle", `${gate === "n" ? w.candidate_short : gate}`);
      button.type = "button";
      button.title = w.gates[gate];
      button.dataset.gate = gate;
      button.addEventListener("click", () => this.set({ gate }, true));
      return button;
    }));
    this.part.help.replaceChildren(...w.keys.split("\n").map((line) => {
      const [keys, meaning] = line.split(" | ");
      return element("div", "", ...keys.split(" ").map((key) => element("kbd", "", key)), element("span", "", meaning));
    }));
  }

  // The units shown, in their order
  choose() {
    const { units } = this.scene.trace, names = this.scene.unit_names, text = this.view.subset ?? "";
    const found = parseUnits(text, units, names);
    this.wrongSubset = found.wrong !== undefined;
    this.part.problem.textContent = this.wrongSubset ? fill(this.w.subset_wrong, { word: found.wrong, last: units - 1 }) : "";
    this.part.subset.setAttribute("aria-invalid", this.wrongSubset);
    const some = !this.wrongSubset && found.units.size ? this.order.filter((unit) => found.units.has(unit)) : this.order;
    this.shown = some;
    if (!some.includes(this.view.unit)) this.view.unit = some[0];
  }

  // The page's theme, read from its colours
  dress() {
    const theme = this.options.theme?.() ?? "light";
    this.root.dataset.theme = theme;
    this.theme = theme;
    this.palettes = Object.fromEntries(["x", ...GATES].map((name) => [name, new Palette(this.scene.palettes[theme][name], this.scene.odd)]));
    const style = getComputedStyle(this.root), colour = (name) => style.getPropertyValue(`--${name}`).trim();
    this.ink = { ...Object.fromEntries(["ink", "muted", "line", "surface", "accent", "halo"].map((name) => [name, colour(name)])), onAccent: colour("on-accent") };
    this.ink.inputs = Object.values(this.scene.lines[theme]);
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
      view.subset = "";  // one asked for a unit that was hidden
      this.part.subset.value = "";
      this.choose();
      this.resize(true);
    }
    if (layer !== view.layer) {
      this.part.layer.value = view.layer;
      if (view.order !== "index") this.askOrder();
      this.redraw();
    }
    if (patch.t !== undefined) this.follow();
    this.paint();
    this.rested();
    if (told) this.hear();
    this.report();
  }

  goTo({ gate, layer, t, unit }) {
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

  fitted(a, b) {
    const { steps } = this.scene.trace, wide = Math.min(steps, Math.max(b - a, Math.min(SHORTEST, steps)));
    const start = clamp((a + b - wide) / 2, 0, steps - wide);
    return [start, start + wide];
  }

  zoomTo(a, b) {
    const steps = this.scene.trace.steps, wide = b - a;
    if (a < 0 || b > steps) [a, b] = a < 0 ? [0, wide] : [steps - wide, steps];  // pushed against an end, the width stays
    this.window = this.fitted(a, b);
    const [first, last] = [Math.round(this.window[0]), Math.round(this.window[1]) - 1];
    Object.assign(this.view, { first, last: last >= steps - 1 ? null : last });
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
    const { view, scene } = this, { home } = scene;
    const plain = { gate: "h", layer: 0, first: 0, last: null, order: "index", subset: "", stat: "mean", diagram: "unit", t: home.t, unit: home.unit };
    const query = {};
    for (const [key, value] of Object.entries(plain)) query[key] = view[key] === value || view[key] == null ? null : String(view[key]);
    this.options.viewed?.(query, view);
  }

  // ---- playing

  toggle() {
    if (this.playing) return this.stop();
    const [from, to] = this.range();
    if (this.view.t >= to || this.view.t < from) this.set({ t: from });
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
      this.debt += seconds * (this.speed ?? 8);
      steps = Math.floor(this.debt);
      this.debt -= steps;
    }
    if (!steps) {
      if (this.phase) this.paintNow();
      return;
    }
    let t = this.view.t + steps;
    if (t > to) {
      if (!this.loop) {
        this.view.t = to;
        this.stop();
        this.set({ t: to });
        return;
      }
      t = from + (t - from) % (to - from + 1);
    }
    this.view.t = t;
    this.follow();
    this.paintNow();
    this.report();
  }

  setLoop(loop) {
    const [first, last] = [Math.floor(this.window[0]), Math.ceil(this.window[1]) - 1];
    this.loop = loop === true ? [first, last] : loop || null;
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
    if (!this.playing) this.why.update(this.question(state));
    this.write(state);
    this.options.moved?.(view);
  }

  // Everything about the chosen cell: numbers of one unit, vectors of all
  moment() {
    const { view, tiles, scene, w } = this, { layer, t, unit } = view;
    const tile = tiles.finest(layer, t), vectors = {}, pick = (vector) => vector ? this.shownOf(vector) : new Float32Array(0);
    const raw = Object.fromEntries(GATES.map((gate) => [gate, tiles.vector(gate, layer, t)]));
    raw.hPrev = tiles.previous(layer, t);
    const numbers = Object.fromEntries(Object.entries(raw).map(([name, vector]) => [name, vector ? vector[unit] : null]));
    for (const name of [...GATES, "hPrev"]) vectors[name] = pick(raw[name]);
    const x = tiles.vector("x", layer, t);
    vectors.x = x ?? new Float32Array(0);
    const known = numbers.hPrev !== null;
    numbers.keep = known ? numbers.z * numbers.hPrev : null;
    numbers.write = numbers.z === null ? null : (1 - numbers.z) * numbers.n;
    vectors.keep = vectors.z.map((z, k) => known ? z * vectors.hPrev[k] : NaN);
    vectors.write = vectors.z.map((z, k) => (1 - z) * vectors.n[k]);
    numbers.x = x?.length === 1 && scene.trace.inputs === 1 ? x[0] : null;
    const reply = this.replyFor();
    return {
      mode: view.diagram, reset: scene.trace.reset, reverse: tiles.reverse(layer), t, unitName: this.nameOf(unit), gate: view.gate,
      phase: this.phase, numbers, vectors, sums: reply?.sums ?? null, approximate: !tile?.exact, reduced: this.still.matches,
      colour: (gate, value) => (this.palettes[gate] ?? this.palettes.h).css(value), onPick: (name) => this.pick(name),
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
    const gate = { keep: "h", write: "h", hPrev: "h" }[name] ?? name;
    this.set({ gate }, true);
    this.explain();
  }

  replyFor() {
    const { gate, layer, t, unit } = this.view, reply = this.answered;
    return reply && reply.layer === layer && reply.t === t && reply.unit === unit && (reply.gate === gate || gate === "h" || gate === "x") ? reply : null;
  }

  question({ numbers, approximate, reset, reverse, colour }) {
    const { gate, layer, t, unit } = this.view, reply = this.replyFor();
    return {
      w: this.w, gate, layer, t, unit, name: this.nameOf(unit), numbers: gate === "x" ? { ...numbers, x: numbers.x ?? null } : numbers,
      approximate, reset, reverse, colour, kind: this.scene.trace.kind, steps: this.scene.trace.steps, theme: this.theme,
      reply: reply?.gate === gate ? reply : null, pending: this.waiting("explain"), canAsk: !!this.options.ask,
    };
  }

  nameOf(unit) {
    return this.scene.unit_names[unit] ?? String(unit);
  }

  labelOf(t) {
    for (const tile of this.tiles.tiles) if (tile.exact && t >= tile.first && t <= tile.last && tile.labels.length) return tile.labels[t - tile.first];
    return "";
  }

  // Texts that follow the cursor
  write({ phase }) {
    const { t, unit, gate } = this.view, w = this.w, label = this.labelOf(t), steps = this.scene.trace.steps;
    const now = `${w.step} ${t} / ${steps - 1}${label ? ` \u00b7 ${label}` : ""}`;
    text(this.part.now, now);
    if (this.part.scrub.value !== String(t)) this.part.scrub.value = t;
    this.part.scrub.style.setProperty("--done", `${t / Math.max(1, steps - 1) * 100}%`);
    this.part.scrub.setAttribute("aria-valuetext", now);
    text(this.part.chosen, fill(w.chosen, { unit: this.nameOf(unit), t, label: label ? ` (${label})` : "" }));
    for (const button of this.part.gates.children) button.setAttribute("aria-pressed", String(button.dataset.gate === gate));
    this.press("unit", this.view.diagram === "unit");
    this.press("whole-layer", this.view.diagram === "layer");
    this.part.phase.hidden = !phase;
    if (phase) text(this.part.phase, w.phases[phase.name]);
    this.part.whole.disabled = !this.zoomed;
  }

  // What shares a pixel is said
  note() {
    const { drawn, w } = this, coarse = drawn && (drawn.each > 1 || drawn.units > 1);
    this.part["stat-box"].hidden = !coarse;
    const told = coarse ? fill(drawn.each > 1 && drawn.units > 1 ? w.pooled_both : drawn.each > 1 ? w.pooled_steps : w.pooled_units, { steps: drawn.each, units: drawn.units, statistic: w.statistics[this.view.stat] }) : "";
    text(this.part.pooled, told);
  }

  // For screen readers, once the cursor rests
  hear() {
    clearTimeout(this.voice);
    this.voice = setTimeout(() => {
      const { view, w } = this, tile = this.tiles.finest(view.layer, view.t);
      const value = view.gate === "x" ? null : this.tiles.vector(view.gate, view.layer, view.t)?.[view.unit];
      const label = this.labelOf(view.t);
      text(this.part.heard, fill(w.heard, {
        t: view.t, label: label ? ` (${label})` : "", unit: this.nameOf(view.unit), gate: w.gates[view.gate], value: (tile?.exact ? "" : "\u2248 ") + number(value),
      }));
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

// ---- the adapter to Streamlit: where messages come from and go to, and the view in the page's address

const mounted = new WeakMap();
const CLIENT = ["t", "unit", "gate", "layer", "first", "last", "order", "subset", "stat", "diagram"];
let remembered = null;

function pageTheme() {
  const page = document.querySelector("[data-testid=stApp]") ?? document.body;
  const [red, green, blue] = (getComputedStyle(page).backgroundColor.match(/[\d.]+/g) ?? [255, 255, 255]).map(Number);
  return red + green + blue < 384 ? "dark" : "light";
}

function addressWriter() {
  let latest = null, timer = null;
  const write = () => {
    timer = null;
    const url = new URL(window.location.href);
    for (const key of CLIENT) {
      if (latest[key] === null) url.searchParams.delete(key);
      else url.searchParams.set(key, latest[key]);
    }
    if (url.href !== window.location.href) window.history.replaceState(window.history.state, "", url);
  };
  return (query) => {
    latest = query;
    timer ??= setTimeout(write, 250);
  };
}

function streamlitOptions() {
  const meeting = (window.gruvizStage ??= {}), write = addressWriter();
  return {
    theme: pageTheme,
    remembered: () => remembered,
    // the bridge that carries questions is mounted below, a moment later
    ask: (question) => meeting.ask ? meeting.ask(question) : setTimeout(() => meeting.ask?.(question), 400),
    viewed: (query, view) => { remembered = { ...view }; write(query); },
    moved: ({ t, unit }) => {
      if (meeting.cell?.t === t && meeting.cell?.unit === unit) return;
      meeting.cell = { t, unit };
      window.dispatchEvent(new Event("gruviz-cell"));
    },
  };
}

export default function ({ data, parentElement }) {
  let stage = mounted.get(parentElement);
  if (!stage) {
    const meeting = (window.gruvizStage ??= {});
    stage = new Stage(parentElement.querySelector("[data-part=root]"), streamlitOptions());
    mounted.set(parentElement, stage);
    meeting.deliver = (bytes) => stage.answer(unpack(bytes));
    meeting.goTo = (at) => stage.goTo(at);
  }
  if (data !== stage.data) {
    stage.data = data;
    stage.show(unpack(data));
  }
  // a new theme's colours are in place a frame later
  requestAnimationFrame(() => requestAnimationFrame(() => { if (stage.scene && stage.theme !== pageTheme()) stage.dress(); }));
  return () => { stage.destroy(); mounted.delete(parentElement); };
}
