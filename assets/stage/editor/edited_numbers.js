// Explanations, pre-activation sums and comparisons of the edited run. They need the model on the page.

/** @import { Scene, View, Words } from "../data/scene_types.js" */
/** @import { KnownModel } from "../data/known_model.js" */
/** @import { UnitSums } from "../data/sums.js" */
/** @import { Gate } from "../data/scene_types.js" */
/** @import { Gates, Model } from "../model/gru.js" */
/** @import { ListedEdit } from "./edit_text.js" */
/** @import { Outcome } from "./outcome.js" */
/** @import { PythonOutcome } from "./python_outcome.js" */
/** @import { Signal } from "./signal.js" */
import { startRerun, estimateWork, explain, finishRerun, prepare, allocateGates, sums } from "../model/gru.js";
import { headOutputs, explainOutput } from "../model/head.js";
import { fill, number } from "../view/format.js";
import { activeEdits, writeEdits } from "./edits.js";

const MOST_MULTIPLICATIONS = 4e7; // most multiplications of one frame: about 50 ms
const SUM_NAMES = ["x", "h", "b", "total", "inner", "inner_h", "inner_b"];

/**
 * The edited run with the model, edits and input that it follows from.
 * @typedef {object} EditedRunState
 * @property {KnownModel | null} knownModel
 * @property {Gates[] | null} freeRun
 * @property {Outcome | PythonOutcome | null} outcome
 * @property {ListedEdit[]} edits
 * @property {Signal | null} signal
 * @property {View} view
 * @property {Scene} baseScene
 * @property {Words} words
 */

export class EditedNumbers {
  /** @param {EditedRunState} subject */
  constructor(subject) {
    this.subject = subject;
    /** @type {{key: string, off: number | null, free: number | null} | null} */
    this.cachedPlacement = null;
  }

  forget() {
    this.cachedPlacement = null;
  }

  /** The run in the form that explanations read. */
  get run() {
    const {
      subject: { knownModel, outcome, edits },
    } = this;
    if (!knownModel || !outcome?.run) return null;
    return {
      model: knownModel.model,
      x: outcome.run.signal.x,
      h0: knownModel.h0,
      edits: activeEdits(edits),
      gates: outcome.run.editedGates,
    };
  }

  /**
   * Explain a number of the edited run: its terms, and the edit that set it.
   * @param {{gate: Gate, layer: number, t: number, unit: number}} place
   */
  explain(place) {
    const {
      run,
      subject: { baseScene },
    } = this;
    if (!run) return null;
    const explanation = explain(run, place, { units: baseScene.unit_names, channels: baseScene.channels });
    return {
      ...explanation,
      said: explanation.by_hand ? this.editSentence(explanation.by_hand, explanation.would_be) : "",
    };
  }

  /**
   * Return the sentence on the edit that set a number, and on its value without edits.
   * @param {readonly ListedEdit[]} edits
   * @param {number | string | undefined} freeValue
   */
  editSentence(edits, freeValue) {
    const { words } = this.subject;
    const last = edits[edits.length - 1],
      free = typeof freeValue === "number" ? number(freeValue) : String(freeValue ?? "");
    const action =
      last.do === "lesion"
        ? words.whatif_hand_lesion
        : last.do === "scale"
          ? fill(words.whatif_hand_scale, { value: number(last.value, 2) })
          : last.do === "clamp"
            ? fill(words.whatif_hand_clamp, { value: number(last.value, 2) })
            : "";
    return fill(words.whatif_hand, { done: action, free });
  }

  /**
   * Explain a prediction at a step, as the head's weights times the states; for classes, the probability.
   * @param {number} t
   * @param {number} unit  selected unit
   * @param {number} out  index of the output
   */
  explainOutput(t, unit, out) {
    const { knownModel, outcome, view, baseScene } = this.subject;
    if (!knownModel?.head || !outcome || !("headInput" in outcome)) return null;
    const { units, layers } = baseScene.trace,
      states = outcome.headInput(outcome.run.editedGates, outcome.steps);
    return explainOutput(
      knownModel.head,
      states,
      { layer: view.layer, t, unit, out },
      { units, layers, names: baseScene.unit_names },
    );
  }

  /**
   * Return the pre-activation sums of a unit at a step, in the form of `Sums` for the free run.
   * @param {number} layer
   * @param {number} unit
   * @param {number} t
   * @returns {Record<"r" | "z" | "n", UnitSums> | null}
   */
  at(layer, unit, t) {
    const { run } = this;
    if (!run) return null;
    const table = sums(run, { layer, unit, first: t, last: t });
    const sumsOf = (/** @type {"r" | "z" | "n"} */ gate) =>
      /** @type {UnitSums} */ (
        Object.fromEntries(SUM_NAMES.slice(0, table[gate].rows).map((name, k) => [name, table[gate][k]]))
      );
    return { r: sumsOf("r"), z: sumsOf("z"), n: sumsOf("n") };
  }

  /**
   * Return the largest difference of h to the same weights with the other reset placement: edited, and free.
   * @returns {{off: number | null, free: number | null}}
   */
  placement() {
    const { knownModel, edits: list, signal } = this.subject;
    if (!knownModel || !signal) return { off: null, free: null };
    const key = writeEdits(list);
    if (this.cachedPlacement?.key === key) return this.cachedPlacement;
    const otherModel = /** @type {Model} */ ({
      ...knownModel.model,
      layers: knownModel.model.layers.map((layer) => ({
        ...layer,
        reset: layer.reset === "before" ? "after" : "before",
      })),
    });
    const largestDifference = (/** @type {ListedEdit[]} */ edits) => {
      const [one, other] = [knownModel.model, otherModel].map((model) => this.computeRun(model, signal.x, edits));
      return one && other
        ? one.reduce(
            (most, { h }, row) => h.reduce((all, value, k) => Math.max(all, Math.abs(value - other[row].h[k])), most),
            0,
          )
        : null;
    };
    this.cachedPlacement = { key, off: largestDifference(activeEdits(list)), free: largestDifference([]) };
    return this.cachedPlacement;
  }

  /**
   * Compute a whole run at once; null if that would block the page.
   * @param {Model} model
   * @param {Float32Array} x
   * @param {ListedEdit[]} edits
   */
  computeRun(model, x, edits) {
    const { knownModel } = this.subject,
      steps = x.length / model.layers[0].inputs;
    if (!knownModel || estimateWork(model, edits, steps, [0, steps - 1]) > MOST_MULTIPLICATIONS) return null;
    const out = allocateGates(model, steps);
    finishRerun(startRerun(prepare(model), x, knownModel.h0, edits, null, out));
    return out;
  }

  /**
   * Return the change of the prediction when a unit of the top layer is removed, over the steps with a target.
   * @param {number} unit
   * @returns {number | null} null: it cannot be computed here
   */
  effect(unit) {
    const { knownModel, freeRun, baseScene } = this.subject,
      { units, layers, steps, bidirectional } = baseScene.trace;
    if (!knownModel?.head || !freeRun || bidirectional) return null;
    const layer = layers - 1,
      cost = estimateWork(knownModel.model, [{ do: "lesion", units: [unit], layer }], steps);
    if (cost * units > MOST_MULTIPLICATIONS) return null;
    const out = this.computeRun(knownModel.model, knownModel.x, [{ do: "lesion", units: [unit], layer }]);
    if (!out) return null;
    const { head } = knownModel,
      [edited, free] = [out[layer].h, freeRun[layer].h].map((h) => headOutputs(head, h, steps, units).y);
    let total = 0;
    for (let t = 0; t < steps; t++) {
      const hasTarget =
        !head.target || head.target.subarray(t * head.targets, (t + 1) * head.targets).some((value) => value === value);
      if (hasTarget)
        for (let k = 0; k < free.rows; k++) total += Math.abs(edited[t * free.rows + k] - free[t * free.rows + k]);
    }
    return total;
  }
}
