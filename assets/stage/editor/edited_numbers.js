// Numbers of the edited run, explained and compared, where the page knows the model.

/** @import { Scene, View, Words } from "../data/scene_types.js" */
/** @import { KnownModel } from "../data/known_model.js" */
/** @import { UnitSums } from "../data/sums.js" */
/** @import { Gate } from "../data/scene_types.js" */
/** @import { Gates, Model } from "../model/gru.js" */
/** @import { ListedEdit } from "./edit_text.js" */
/** @import { Outcome, PythonOutcome } from "./outcome.js" */
/** @import { Signal } from "./signal.js" */
import { startRerun, estimate, explain, finishRerun, prepare, allocateGates, sums } from "../model/gru.js";
import { headOutputs, explainOutput } from "../model/head.js";
import { fill, number } from "../view/format.js";
import { act, writeEdits } from "./edits.js";

const LITTLE = 4e7; // multiplications that are done at once: some 50 ms
const SUMMED = ["x", "h", "b", "total", "inner", "inner_h", "inner_b"];

/**
 * The edited run, and what it was made of.
 * @typedef {object} EditedRunState
 * @property {KnownModel | null} known
 * @property {Gates[] | null} freeRun
 * @property {Outcome | PythonOutcome | null} outcome
 * @property {ListedEdit[]} edits
 * @property {Signal | null} signal
 * @property {View} view
 * @property {Scene} given
 * @property {Words} words
 */

export class EditedNumbers {
  /** @param {EditedRunState} subject */
  constructor(subject) {
    this.subject = subject;
    /** @type {{key: string, off: number | null, free: number | null} | null} */
    this.other = null;
  }

  forget() {
    this.other = null;
  }

  /** The run as it is taken apart. */
  get ran() {
    const {
      subject: { known, outcome, edits },
    } = this;
    if (!known || !outcome?.ran) return null;
    return { model: known.model, x: outcome.ran.signal.x, h0: known.h0, edits: act(edits), gates: outcome.ran.bent };
  }

  /** @param {{gate: Gate, layer: number, t: number, unit: number}} place */
  explain(place) {
    const {
      ran,
      subject: { given },
    } = this;
    if (!ran) return null;
    const found = explain(ran, place, { units: given.unit_names, channels: given.channels });
    return { ...found, said: found.by_hand ? this.editSentence(found.by_hand, found.would_be) : "" };
  }

  /**
   * @param {readonly ListedEdit[]} edits
   * @param {number | string | undefined} would
   */
  editSentence(edits, would) {
    const { words } = this.subject;
    const last = edits[edits.length - 1],
      free = typeof would === "number" ? number(would) : String(would ?? "");
    const done =
      last.do === "lesion"
        ? words.whatif_hand_lesion
        : last.do === "scale"
          ? fill(words.whatif_hand_scale, { value: number(last.value, 2) })
          : last.do === "clamp"
            ? fill(words.whatif_hand_clamp, { value: number(last.value, 2) })
            : "";
    return fill(words.whatif_hand, { done, free });
  }

  /**
   * Explain a prediction at a step, as the head's weights times the states; of a class its probability.
   * @param {number} t
   * @param {number} unit  chosen beside it
   * @param {number} out  which output
   */
  explainOutput(t, unit, out) {
    const { known, outcome, view, given } = this.subject;
    if (!known?.head || !outcome || !("read" in outcome)) return null;
    const { units, layers } = given.trace,
      states = outcome.read(outcome.ran.bent, outcome.steps);
    return explainOutput(
      known.head,
      states,
      { layer: view.layer, t, unit, out },
      { units, layers, names: given.unit_names },
    );
  }

  // as Sums of the free run, so that the cell reads either

  /**
   * @param {number} layer
   * @param {number} unit
   * @param {number} t
   * @returns {Record<"r" | "z" | "n", UnitSums> | null}
   */
  at(layer, unit, t) {
    const { ran } = this;
    if (!ran) return null;
    const found = sums(ran, { layer, unit, first: t, last: t });
    const named = (/** @type {"r" | "z" | "n"} */ gate) =>
      /** @type {UnitSums} */ (
        Object.fromEntries(SUMMED.slice(0, found[gate].rows).map((name, k) => [name, found[gate][k]]))
      );
    return { r: named("r"), z: named("z"), n: named("n") };
  }

  /**
   * Return the largest difference of h to the same weights with the other reset placement: edited, and free.
   * @returns {{off: number | null, free: number | null}}
   */
  placement() {
    const { known, edits: list, signal } = this.subject;
    if (!known || !signal) return { off: null, free: null };
    const key = writeEdits(list);
    if (this.other?.key === key) return this.other;
    const turned = /** @type {Model} */ ({
      ...known.model,
      layers: known.model.layers.map((layer) => ({ ...layer, reset: layer.reset === "before" ? "after" : "before" })),
    });
    const of = (/** @type {ListedEdit[]} */ edits) => {
      const [one, other] = [known.model, turned].map((model) => this.run(model, signal.x, edits));
      return one && other
        ? one.reduce(
            (most, { h }, row) => h.reduce((all, value, k) => Math.max(all, Math.abs(value - other[row].h[k])), most),
            0,
          )
        : null;
    };
    this.other = { key, off: of(act(list)), free: of([]) };
    return this.other;
  }

  /**
   * A whole run at once; null where that would be felt.
   * @param {Model} model
   * @param {Float32Array} x
   * @param {ListedEdit[]} edits
   */
  run(model, x, edits) {
    const { known } = this.subject,
      steps = x.length / model.layers[0].inputs;
    if (!known || estimate(model, edits, steps, [0, steps - 1]) > LITTLE) return null;
    const out = allocateGates(model, steps);
    finishRerun(startRerun(prepare(model), x, known.h0, edits, null, out));
    return out;
  }

  /**
   * How far the answer is off once a unit of the top is cut out, over the steps at which one is due.
   * @param {number} unit
   */
  effect(unit) {
    const { known, freeRun, given } = this.subject,
      { units, layers, steps, bidirectional } = given.trace;
    if (!known?.head || !freeRun || bidirectional) return null;
    const layer = layers - 1,
      cost = estimate(known.model, [{ do: "lesion", units: [unit], layer }], steps);
    if (cost * units > LITTLE) return null;
    const out = this.run(known.model, known.x, [{ do: "lesion", units: [unit], layer }]);
    if (!out) return null;
    const { head } = known,
      [bent, free] = [out[layer].h, freeRun[layer].h].map((h) => headOutputs(head, h, steps, units).y);
    let off = 0;
    for (let t = 0; t < steps; t++) {
      const due =
        !head.target || head.target.subarray(t * head.targets, (t + 1) * head.targets).some((value) => value === value);
      if (due) for (let k = 0; k < free.rows; k++) off += Math.abs(bent[t * free.rows + k] - free[t * free.rows + k]);
    }
    return off;
  }
}
