// What an experiment says: in one sentence, whose numbers these are, and its numbers taken apart.

/** @import { Cell, Gate } from "../fields.js" */
/** @import { Model } from "../gru.js" */
/** @import { PlainSums } from "../numbers/sums.js" */
/** @import { Edit } from "./edits.js" */
/** @import { Experiment } from "./experiment.js" */
/** @import { Signal } from "./signal.js" */
import { LONGEST } from "../numbers/known.js";
import { bend, estimate, explain, finished, prepare, room, sums } from "../gru.js";
import { answered, explainedAnswer } from "../numbers/answer.js";
import { fill, number, signed } from "../wording.js";
import { act, writeEdits } from "./edits.js";
import { put, toggle } from "./signal.js";

const LITTLE = 4e7;  // multiplications that are done beside: some 50 ms
const SUMMED = ["x", "h", "b", "total", "inner", "inner_h", "inner_b"];

export class Teller {
  /** @param {Experiment} experiment */
  constructor(experiment) {
    this.experiment = experiment;
    /** @type {{key: string, off: number | null, free: number | null} | null} */
    this.other = null;
  }

  // ---- numbers taken apart

  /** The run as it is taken apart. */
  get ran() {
    const { experiment: { known, outcome, edits } } = this;
    if (!known || !outcome?.ran) return null;
    return { model: known.model, x: outcome.ran.signal.x, h0: known.h0, edits: act(edits), gates: outcome.ran.bent };
  }

  /** @param {{gate: Gate, layer: number, t: number, unit: number}} place */
  explained(place) {
    const { ran, experiment: { stage: { given, w } } } = this;
    if (!ran) return null;
    const found = explain(ran, place, { units: given.unit_names, channels: given.channels });
    return { ...found, said: found.by_hand ? this.byHand(found.by_hand, found.would_be, w) : "" };
  }

  /**
   * @param {readonly Edit[]} edits
   * @param {number | string | undefined} would
   * @param {import("../fields.js").Words} w
   */
  byHand(edits, would, w) {
    const last = edits[edits.length - 1], free = typeof would === "number" ? number(would) : String(would ?? "");
    const done = last.do === "lesion" ? w.whatif_hand_lesion : last.do === "scale" ? fill(w.whatif_hand_scale, { value: number(last.value, 2) }) : last.do === "clamp" ? fill(w.whatif_hand_clamp, { value: number(last.value, 2) }) : "";
    return fill(w.whatif_hand, { done, free });
  }

  /**
   * What the head says at a step, as its weights times the states; of a class its probability.
   * @param {number} t
   * @param {number} unit  chosen beside it
   * @param {number} out  which output
   */
  answer(t, unit, out) {
    const { known, outcome, stage: { view, given } } = this.experiment;
    if (!known?.head || !outcome || !("read" in outcome)) return null;
    const { units, layers } = given.trace, states = outcome.read(outcome.ran.bent, outcome.steps);
    return explainedAnswer(known.head, states, { layer: view.layer, t, unit, out }, { units, layers, names: given.unit_names });
  }

  // as Sums of the free run, so that the cell reads either

  /**
   * @param {number} layer
   * @param {number} unit
   * @param {number} t
   * @returns {Record<"r" | "z" | "n", PlainSums> | null}
   */
  at(layer, unit, t) {
    const { ran } = this;
    if (!ran) return null;
    const found = sums(ran, { layer, unit, first: t, last: t });
    const named = (/** @type {"r" | "z" | "n"} */ gate) => /** @type {PlainSums} */ (Object.fromEntries(SUMMED.slice(0, found[gate].rows).map((name, k) => [name, found[gate][k]])));
    return { r: named("r"), z: named("z"), n: named("n") };
  }

  /** Nothing has to be asked for. */
  wanted() {
    return null;
  }

  // ---- what it says

  sentence() {
    const { experiment } = this, { stage: { w, view, options }, cut, proof, outcome } = experiment;
    if (proof.trouble) return proof.trouble;
    if (cut.length) return cut.map(({ why, count, example }) => fill(w[`whatif_left_${why}`], { count, example })).join(" ");
    if (!experiment.known && !experiment.remote) return options.ask ? w.whatif_waiting : w.whatif_no_model;
    if (!experiment.changed) return w[experiment.remote ? "whatif_remote" : "whatif_begin"];
    if (!outcome) return w.whatif_computing;
    if ("alike" in outcome && !outcome.alike) return w.whatif_apart;
        const { idea } = experiment.now, course = outcome.course(view.layer);
    const { layer_names: names, trace } = experiment.stage.given, of = names.length > 1 ? `${names[view.layer]}: ` : "", back = trace.bidirectional && view.layer % 2 === 1 ? ` ${w.whatif_backwards}` : "";
    const told = course.fate === "gone" ? fill(w.whatif_gone, { t: course.gone ?? 0, peak: number(course.peak, 3) }) : course.fate === "lasts" ? fill(w.whatif_lasts, { left: number(course.last, 3), peak: number(course.peak, 3), at: course.at }) : w.whatif_never, fate = of + told + back;
    const own = idea ? fill(w[`whatif_say_${idea}`], this.facts(idea)) : this.largest();
    const pooled = "alike" in outcome && outcome.tile.each > 1 ? ` ${fill(w.whatif_averages, { steps: outcome.tile.each })}` : "";
    const grey = outcome.ran && outcome.origin.includes(-1) ? ` ${w.whatif_new}` : "";
    const long = experiment.large || view.bent.length > LONGEST || view.drawn.length > LONGEST ? ` ${w.whatif_long}` : "";
    return view.show === "difference" ? `${fill(w.whatif_scale, { scale: outcome.scale(view.layer) })}${grey} ${fate}${pooled}${long}` : `${own} ${fate}${pooled}${long}`;
  }

  largest() {
    const { stage: { w, view, given }, outcome } = this.experiment, most = outcome?.largest(view.layer);
    if (!most) return "";
    return fill(w.whatif_most, { gate: most.gate, unit: given.unit_names[most.unit] ?? most.unit, t: most.t, value: signed((most.value > 0 ? "+" : "") + most.value.toFixed(3)) });
  }

  /**
   * @param {string} idea
   * @returns {Record<string, string | number>}
   */
  facts(idea) {
    const { stage: { given }, edits } = this.experiment;
    if (idea === "letter") {
      const [cut] = edits;
      const unit = cut?.do === "lesion" ? cut.units?.[0] ?? 0 : 0;
      return { unit: given.unit_names[unit] ?? unit };
    }
    if (idea === "r1") {
      const { off, free } = this.placement();
      return { off: off === null ? "?" : written(off), free: free === null ? "?" : written(free) };
    }
    return {};
  }

  /**
   * The largest difference of h to the same numbers with r on the other side of the matrix: as it is bent, and left free.
   * @returns {{off: number | null, free: number | null}}
   */
  placement() {
    const { known, now, signal } = this.experiment;
    if (!known || !signal) return { off: null, free: null };
    const key = writeEdits(now.edits);
    if (this.other?.key === key) return this.other;
    const turned = /** @type {Model} */ ({ ...known.model, layers: known.model.layers.map((layer) => ({ ...layer, reset: layer.reset === "before" ? "after" : "before" })) });
    const of = (/** @type {Edit[]} */ edits) => {
      const [one, other] = [known.model, turned].map((model) => this.run(model, signal.x, edits));
      return one && other ? one.reduce((most, { h }, row) => h.reduce((all, value, k) => Math.max(all, Math.abs(value - other[row].h[k])), most), 0) : null;
    };
    this.other = { key, off: of(act(now.edits)), free: of([]) };
    return this.other;
  }

  /**
   * A whole run at once; null where that would be felt.
   * @param {Model} model
   * @param {Float32Array} x
   * @param {Edit[]} edits
   */
  run(model, x, edits) {
    const { known } = this.experiment, steps = x.length / model.layers[0].inputs;
    if (!known || estimate(model, edits, steps, [0, steps - 1]) > LITTLE) return null;
    const out = room(model, steps);
    finished(bend(prepare(model), x, known.h0, edits, null, out));
    return out;
  }

  /**
   * How far the answer is off once a unit of the top is cut out, over the steps at which one is due.
   * @param {number} unit
   */
  effect(unit) {
    const { known, freeRun, stage: { given } } = this.experiment, { units, layers, steps, bidirectional } = given.trace;
    if (!known?.head || !freeRun || bidirectional) return null;
    const layer = layers - 1, cost = estimate(known.model, [{ do: "lesion", units: [unit], layer }], steps);
    if (cost * units > LITTLE) return null;
    const out = this.run(known.model, known.x, [{ do: "lesion", units: [unit], layer }]);
    if (!out) return null;
    const { head } = known, [bent, free] = [out[layer].h, freeRun[layer].h].map((h) => answered(head, h, steps, units).y);
    let off = 0;
    for (let t = 0; t < steps; t++) {
      const due = !head.target || head.target.subarray(t * head.targets, (t + 1) * head.targets).some((value) => value === value);
      if (due) for (let k = 0; k < free.rows; k++) off += Math.abs(bent[t * free.rows + k] - free[t * free.rows + k]);
    }
    return off;
  }

  /**
   * Whose numbers are shown.
   * @returns {{said: string, kind: "free" | "bent" | "off"}}
   */
  verdict() {
    const { experiment } = this, { stage: { w, options, given }, proof, outcome } = experiment;
    if (!experiment.acting || !outcome) return { said: fill(w.whatif_whose_free, { model: given.trace.kind === "torch" ? "nn.GRU" : given.trace.kind }), kind: "free" };
    const loop = given.trace.reset === "after" ? ` ${w.whatif_loop}` : "";
    if (!outcome.ran) return { said: w.whatif_whose_python + loop, kind: "bent" };
    if (proof.differs) return { said: fill(w.whatif_whose_off, { off: written(proof.off ?? NaN) }), kind: "off" };
    const checked = proof.off !== null ? fill(w.whatif_checked, { off: written(proof.off) }) + loop : proof.pending ? w.whatif_checking : options.ask ? "" : w.whatif_unchecked;
    return { said: `${w.whatif_whose_page} ${checked}`.trim(), kind: "bent" };
  }

  /**
   * The input at a step, a little more or less; of symbols the next one.
   * @param {Signal} signal
   * @param {number} t
   * @param {1 | -1} way
   */
  nudged(signal, t, way) {
    const { oneHot } = this.experiment.trial, { inputs, x } = signal, row = x.subarray(t * inputs, (t + 1) * inputs);
    if (oneHot) {
      const now = row.findIndex((value) => value !== 0);
      return toggle(signal, t, (now + (now < 0 && way < 0 ? 0 : way) + inputs) % inputs, true);
    }
    let k = 0;
    for (let each = 1; each < inputs; each++) if (Math.abs(row[each]) > Math.abs(row[k])) k = each;
    return put(signal, [[t, k, row[k] + way * this.experiment.deeds.reach() / 10]]);
  }
}

/** @param {number} off  a difference, in few signs */
function written(off) {
  return off === 0 ? "0" : off < 1e-3 ? signed(off.toExponential(0)) : number(off, 3);
}
