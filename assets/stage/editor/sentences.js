// Sentences of the editor: what the edits change, and who computed the numbers.

/** @import { EditSession } from "./edit_session.js" */
import { LONGEST_EDIT_TEXT } from "../data/known_model.js";
import { fill, number } from "../view/format.js";
import { changeNumber } from "../view/more_formats.js";
import { withMinusSign } from "../view/axis_number.js";

/** @typedef {Pick<EditSession, "words" | "view" | "baseScene" | "check" | "parseIssues" | "outcome" | "knownModel" | "isRemote" | "isEdited" | "showsEdits" | "now" | "edits" | "isTooLarge" | "numbers" | "state">} SentenceSession */

/** Writes the sentences of an edit session in the words of its language. */
export class Sentences {
  /** @param {SentenceSession} session */
  constructor(session) {
    this.session = session;
  }

  /** Return the sentence on what the edits change, or on why there is no result. */
  sentence() {
    const { session } = this,
      { words: w, view, parseIssues, check, outcome } = session;
    if (check.trouble) return check.trouble;
    if (parseIssues.length)
      return parseIssues.map(({ why, count, example }) => fill(w[`whatif_left_${why}`], { count, example })).join(" ");
    if (!session.knownModel && !session.isRemote)
      return session.state.canAnswer("model") ? w.whatif_waiting : w.whatif_no_model;
    if (!session.isEdited && session.isRemote) {
      return session.state.canAnswer("what_if") ? w.whatif_remote : w.whatif_too_large;
    }
    if (!session.isEdited) return w.whatif_begin;
    if (!outcome) return w.whatif_computing;
    if ("freeTile" in outcome && !outcome.freeTile) return w.whatif_apart;
    const { presetName } = session.now,
      course = outcome.course(view.layer);
    const { layer_names: names, trace } = session.baseScene,
      layerText = names.length > 1 ? `${names[view.layer]}: ` : "",
      directionNote = trace.bidirectional && view.layer % 2 === 1 ? ` ${w.whatif_backwards}` : "";
    const fateText =
        course.fate === "gone"
          ? fill(w.whatif_gone, { t: course.endStep ?? 0, peak: number(course.peak, 3) })
          : course.fate === "lasts"
            ? fill(w.whatif_lasts, { left: number(course.last, 3), peak: number(course.peak, 3), at: course.at })
            : w.whatif_never,
      courseText = layerText + fateText + directionNote;
    const effectText = presetName ? fill(w[`whatif_say_${presetName}`], this.facts(presetName)) : this.largest();
    const pooledNote =
      "freeTile" in outcome && outcome.tile.each > 1 ? ` ${fill(w.whatif_averages, { steps: outcome.tile.each })}` : "";
    const newStepsNote = outcome.run && outcome.origin.includes(-1) ? ` ${w.whatif_new}` : "";
    const lengthNote =
      session.isTooLarge || view.bent.length > LONGEST_EDIT_TEXT || view.drawn.length > LONGEST_EDIT_TEXT
        ? ` ${w.whatif_long}`
        : "";
    return view.show === "difference"
      ? `${w.whatif_scale}${newStepsNote} ${courseText}${pooledNote}${lengthNote}`
      : `${effectText} ${courseText}${pooledNote}${lengthNote}`;
  }

  /** Return the sentence on the largest difference; "" if there is none. */
  largest() {
    const { words: w, view, baseScene, outcome } = this.session,
      most = outcome?.largest(view.layer);
    if (!most) return "";
    return fill(w.whatif_most, {
      gate: most.gate,
      unit: baseScene.unit_names[most.unit] ?? most.unit,
      t: most.t,
      value: changeNumber(most.value),
    });
  }

  /**
   * Return the numbers for the sentence of a preset.
   * @param {string} presetName
   * @returns {Record<string, string | number>}
   */
  facts(presetName) {
    const { baseScene, edits } = this.session;
    if (presetName === "letter") {
      const [lesion] = edits;
      const unit = lesion?.do === "lesion" ? (lesion.units?.[0] ?? 0) : 0;
      return { unit: baseScene.unit_names[unit] ?? unit };
    }
    if (presetName === "r1") {
      const { off, free } = this.session.numbers.placement();
      return { off: off === null ? "?" : differenceText(off), free: free === null ? "?" : differenceText(free) };
    }
    return {};
  }

  /**
   * Return who computed the numbers shown, and whether Python agrees.
   * @returns {{text: string, kind: "free" | "bent" | "off"}}
   */
  verdict() {
    const { session } = this,
      { words: w, baseScene, check, outcome } = session;
    if (!session.showsEdits || !outcome)
      return {
        text: fill(baseScene.trace.by === "page" ? w.whatif_whose_free_page : w.whatif_whose_free, {
          model: baseScene.trace.kind === "torch" ? "nn.GRU" : baseScene.trace.kind,
        }),
        kind: "free",
      };
    const loop = baseScene.trace.reset === "after" ? ` ${w.whatif_loop}` : "";
    if (!outcome.run) return { text: w.whatif_whose_python + loop, kind: "bent" };
    if (check.hasDifference)
      return { text: fill(w.whatif_whose_off, { off: differenceText(check.largestDifference ?? NaN) }), kind: "off" };
    const checkText =
      check.largestDifference !== null
        ? fill(w.whatif_checked, { off: differenceText(check.largestDifference) }) + loop
        : check.isPending
          ? w.whatif_checking
          : session.state.canAnswer("what_if")
            ? ""
            : w.whatif_unchecked;
    return { text: `${w.whatif_whose_page} ${checkText}`.trim(), kind: "bent" };
  }
}

/**
 * Return a difference as a short text.
 * @param {number} off
 */
function differenceText(off) {
  return off === 0 ? "0" : off < 1e-3 ? withMinusSign(off.toExponential(0)) : number(off, 3);
}
