// The stage's words: those on its controls, those that follow the cursor, those a screen reader hears.

/** @import { Phase } from "./fields.js" */
/** @import { Deed } from "./markup.js" */
/** @import { Stage } from "./stage.js" */
import { WRITTEN } from "./fields.js";
import { button, element } from "./markup.js";
import { inputsAt, layerName, nameOf } from "./cell/moment.js";
import { partsAt, readingAt, saysAt } from "./cell/says.js";
import { RATES, SPEEDS } from "./hands/player.js";
import { panelsOf } from "./panels/panels.js";
import { fill, number, real } from "./wording.js";

const PAUSE = 250;  // ms of rest before anything is read out

export class Speech {
  /** @param {Stage} stage */
  constructor(stage) {
    this.stage = stage;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.voice = undefined;
  }

  /** Words and choices of the controls. */
  speak() {
    const { stage } = this, { w, root, part, scene, view } = stage;
    /** @param {string} what  as data-... */
    const all = (what) => /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll(`[data-${what}]`));
    const word = (/** @type {string | undefined} */ key) => w[key ?? ""] ?? "";
    for (const each of all("word")) each.textContent = word(each.dataset.word);
    for (const each of all("tip")) {
      each.title = word(each.dataset.tip);
      if (!each.dataset.word) each.setAttribute("aria-label", each.title);
    }
    for (const each of [root, ...all("label")]) each.setAttribute("aria-label", word(each.dataset.label));
    for (const each of all("hint")) each.setAttribute("placeholder", word(each.dataset.hint));
    part.panels.setAttribute("aria-roledescription", w.panels_role);
    this.paces();
    options(part.order, scene.orders.map((order) => [order, w.orders[order]]), view.order);
    options(part.stat, scene.statistics.map((stat) => [stat, w.statistics[stat]]), view.stat);
    options(part.layer, scene.layer_names.map((name, k) => [k, name]), view.layer);
    // what only Python can give is not offered where it cannot be asked
    const mute = !stage.options.ask;
    part["layer-box"].hidden = scene.layer_names.length < 2 || mute;
    part.own.hidden = scene.trace.inputs < 2;
    part["order-box"].hidden = part.figure.hidden = mute;
    part.scrub.max = String(scene.trace.steps - 1);
    part.subset.value = stage.rows.typed;
    part.writings.replaceChildren(...WRITTEN.map((written) => {
      const made = button("toggle", [word(`written_${written}`)], () => stage.set({ equations: written }));
      made.dataset.written = written;
      return made;
    }));
    part.shows.replaceChildren(...panelsOf(scene).map((name) => {
      const made = button("toggle", [name], () => {
        const { hide } = stage.view;
        stage.arrange({ hide: hide.includes(name) ? hide.replace(name, "") : hide + name, large: "" });
      });
      made.title = w.gates[name];
      made.dataset.panel = name;
      return made;
    }));
    const { look } = stage.options;
    part["look-box"].hidden = part["type-box"].hidden = !look;
    stage.buttons.copy.hidden = !stage.options.copy;
    part.looks.replaceChildren(...["auto", "light", "dark"].map((name) => {
      const made = button("toggle", [w[`look_${name}`]], () => look?.set("look", name));
      made.dataset.look = name;
      return made;
    }));
    this.arranged();
    part.help.replaceChildren(...w.keys.split("\n").map((line) => {
      const [keys, meaning] = line.split(" | ");
      return element("div", "", ...keys.split(" ").map((key) => element("kbd", "", key)), element("span", "", meaning));
    }));
    this.labelPlay();
  }

  /** How fast to play, or slow motion goes. */
  paces() {
    const { part, player, w } = this.stage, { slow, rate, speed } = player;
    if (slow) options(part.speed, RATES.map((each) => [each, fill(w.rate_value, { rate: each })]), rate);
    else options(part.speed, SPEEDS.map((each) => [each, fill(w.speed_value, { speed: each })]), speed);
  }

  labelPlay() {
    const { buttons, playing, w } = this.stage, said = playing ? w.pause : w.play;
    buttons.play.title = said;
    buttons.play.setAttribute("aria-label", said);
  }

  /**
   * @param {Deed} name  of a button
   * @param {boolean} on
   */
  press(name, on) {
    this.stage.buttons[name].setAttribute(name === "help" || name === "view" ? "aria-expanded" : "aria-pressed", String(on));
  }

  /**
   * What was typed to choose units names some, or has a wrong word.
   * @param {string | undefined} wrong
   */
  typed(wrong) {
    const { part, w, scene } = this.stage;
    text(part.problem, wrong === undefined ? "" : fill(w.subset_wrong, { word: wrong, last: scene.trace.units - 1 }));
    part.subset.setAttribute("aria-invalid", String(wrong !== undefined));
  }

  /** @param {string | undefined} wrong  what was typed as a range and is none */
  ranged(wrong) {
    const { part, w, scene } = this.stage;
    text(part.problem, wrong === undefined ? "" : fill(w.range_wrong, { word: wrong, last: scene.trace.steps - 1 }));
    part.range.setAttribute("aria-invalid", String(wrong !== undefined));
  }

  /**
   * Texts that follow the cursor.
   * @param {Phase | null} phase
   */
  write(phase) {
    const { stage } = this, { part, w, view } = stage, { t, unit } = view, label = stage.labelOf(t), { steps } = stage.scene.trace;
    const of = `/ ${(steps - 1).toLocaleString("en")}${label ? ` \u00b7 ${label}` : ""}`, now = `${w.step} ${t} ${of}`;
    text(part.now, of);
    if (part.scrub.value !== String(t)) part.scrub.value = String(t);
    part.scrub.style.setProperty("--done", `${t / Math.max(1, steps - 1) * 100}%`);
    part.scrub.setAttribute("aria-valuetext", now);
    text(part.chosen, fill(w.chosen, { unit: nameOf(stage, unit), t, label: label ? ` (${label})` : "" }) + layerName(stage) + (stage.experiment.acting ? ` \u00b7 ${w.whatif_show_bent}` : ""));
    part.aside.hidden = !stage.experiment.acting || !stage.options.ask;  // a plain page has nothing below
    part.says.hidden = !stage.scene.answer;
    text(part.says, phase && phase.name !== "h" ? "" : saysAt(stage, t));
    part.says.classList.toggle("wrong", !!readingAt(stage, t)?.wrong);
    for (const each of part.writings.querySelectorAll("button")) each.setAttribute("aria-pressed", String(each.dataset.written === view.equations));
    this.press("unit", view.diagram === "unit");
    this.press("whole-layer", view.diagram === "layer");
    this.press("over-time", view.diagram === "lines");
    part.phase.hidden = !phase;
    part.equations.hidden = !!phase;
    if (phase) text(part.phase, w.phases[phase.name]);
    part.whole.setAttribute("aria-disabled", String(!stage.zoomed));
    this.fields();
  }

  /** What stands in the fields, unless someone is typing there. */
  fields() {
    const { stage } = this, { part } = stage, [first, last] = stage.seen();
    for (const [field, value] of /** @type {[HTMLInputElement, string][]} */ ([[part.at, String(stage.view.t)], [part.range, stage.zoomed ? `${first}-${last}` : ""]])) {
      if (!field.matches(":focus") && field.value !== value) field.value = value;
    }
  }

  /** Which panels are shown, and in which colours. */
  arranged() {
    const { stage } = this, { view } = stage;
    for (const each of stage.part.shows.querySelectorAll("button")) each.setAttribute("aria-pressed", String(!view.hide.includes(each.dataset.panel ?? "")));
    this.press("stretch", view.colours === "stretched");
    this.press("turn", view.turned);
    const look = stage.options.look?.held;
    for (const each of stage.part.looks.querySelectorAll("button")) each.setAttribute("aria-pressed", String(each.dataset.look === look?.look));
    this.press("projector", look?.type === "projector");
    this.press("contrast", look?.contrast === "high");
    this.press("own", view.xscale === "own");
  }

  /** What shares a pixel is said; where it can happen at all, the line has its place. */
  note() {
    const { drawn, w, panels, part, shown, scene, view } = this.stage, coarse = drawn && (drawn.each > 1 || drawn.units > 1);
    const possible = scene.trace.steps > panels.plot * panels.ratio || panels.rows.some(({ name, height }) => name !== "x" && shown.length > height * panels.ratio);
    part["stat-box"].hidden = part.pooled.hidden = !possible && !coarse && !!drawn;
    const kind = !coarse ? "" : drawn.each > 1 && drawn.units > 1 ? w.pooled_both : drawn.each > 1 ? w.pooled_steps : w.pooled_units;
    text(part.pooled, drawn ? fill(kind, { steps: drawn.each, units: drawn.units, statistic: w.statistics[view.stat] }) : w.loading ?? "");
  }

  /** For screen readers, once the cursor rests. */
  hear() {
    clearTimeout(this.voice);
    this.voice = setTimeout(() => text(this.stage.part.heard, this.heard()), PAUSE);
  }

  heard() {
    const { stage } = this;
    return [this.heardCell(), stage.given.form === "difference" ? "" : saysAt(stage, stage.view.t)].filter(Boolean).join(". ");
  }

  heardCell() {
    const { stage } = this, { view, w, tiles } = stage, { t } = view, tile = tiles.finest(view.layer, t);
    const label = stage.labelOf(t), after = label ? ` (${label})` : "";
    if (view.gate === "x") {
      const inputs = inputsAt(stage, t).slice(0, 4).map(([name, value]) => `${name} ${number(value)}`);
      return fill(w.heard_input, { t, label: after, values: inputs.join(", ") });
    }
    if (view.gate === "y") return fill(this.stage.w.heard_answer, { t, label: after, values: partsAt(stage, t, 3).join(", ") });
    const value = tiles.vector(view.gate, view.layer, t)?.[view.unit], about = tile?.exact ? "" : "\u2248 ";
    const said = fill(w.heard, { t, label: after, unit: nameOf(stage, view.unit), gate: (stage.given.form === "difference" ? "\u0394 " : "") + w.gates[view.gate], value: about + number(value) });
    const reply = stage.replyFor();
    if (reply?.gate !== view.gate) return said;
    return `${said}. ${fill(w.heard_terms, { sum: number(real(reply.total)), term: number(real(reply.terms[0]?.value)) })}`;
  }

  destroy() {
    clearTimeout(this.voice);
  }
}

/**
 * @param {Element} node
 * @param {string} value
 */
function text(node, value) {
  if (node.textContent !== value) node.textContent = value;
}

/**
 * @param {HTMLSelectElement} select
 * @param {[string | number, string][]} choices  value and label
 * @param {string | number} chosen
 */
function options(select, choices, chosen) {
  select.replaceChildren(...choices.map(([value, label]) => Object.assign(document.createElement("option"), { value: String(value), textContent: label })));
  select.value = String(chosen);
}
