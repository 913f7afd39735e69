// Sentences of the editor: what the edits change, and who computed the numbers.

/** @import { EditSession } from "./edit_session.js" */
import { LONGEST_EDIT_TEXT } from "../data/known_model.js";
import { fill, number } from "../view/format.js";
import { changeNumber } from "../view/more_formats.js";
import { signed } from "../view/axis_number.js";

/** @typedef {Pick<EditSession, "words" | "view" | "given" | "check" | "unread" | "outcome" | "known" | "remote" | "changed" | "acting" | "now" | "edits" | "large" | "numbers" | "state">} SentenceSession */

/** Writes the sentences of an edit session in the words of its language. */
export class Sentences {
  /** @param {SentenceSession} session */
  constructor(session) {
    this.session = session;
  }

  /** Return the sentence on what the edits change, or on why there is no result. */
  sentence() {
    const { session } = this,
      { words: w, view, unread, check, outcome } = session;
    if (check.trouble) return check.trouble;
    if (unread.length)
      return unread.map(({ why, count, example }) => fill(w[`whatif_left_${why}`], { count, example })).join(" ");
    if (!session.known && !session.remote) return session.state.answers("model") ? w.whatif_waiting : w.whatif_no_model;
    if (!session.changed && session.remote) {
      return session.state.answers("what_if") ? w.whatif_remote : w.whatif_too_large;
    }
    if (!session.changed) return w.whatif_begin;
    if (!outcome) return w.whatif_computing;
    if ("alike" in outcome && !outcome.alike) return w.whatif_apart;
    const { idea } = session.now,
      course = outcome.course(view.layer);
    const { layer_names: names, trace } = session.given,
      of = names.length > 1 ? `${names[view.layer]}: ` : "",
      back = trace.bidirectional && view.layer % 2 === 1 ? ` ${w.whatif_backwards}` : "";
    const told =
        course.fate === "gone"
          ? fill(w.whatif_gone, { t: course.gone ?? 0, peak: number(course.peak, 3) })
          : course.fate === "lasts"
            ? fill(w.whatif_lasts, { left: number(course.last, 3), peak: number(course.peak, 3), at: course.at })
            : w.whatif_never,
      fate = of + told + back;
    const own = idea ? fill(w[`whatif_say_${idea}`], this.facts(idea)) : this.largest();
    const pooled =
      "alike" in outcome && outcome.tile.each > 1 ? ` ${fill(w.whatif_averages, { steps: outcome.tile.each })}` : "";
    const grey = outcome.ran && outcome.origin.includes(-1) ? ` ${w.whatif_new}` : "";
    const long =
      session.large || view.bent.length > LONGEST_EDIT_TEXT || view.drawn.length > LONGEST_EDIT_TEXT
        ? ` ${w.whatif_long}`
        : "";
    return view.show === "difference"
      ? `${w.whatif_scale}${grey} ${fate}${pooled}${long}`
      : `${own} ${fate}${pooled}${long}`;
  }

  /** Return the sentence on the largest difference; "" if there is none. */
  largest() {
    const { words: w, view, given, outcome } = this.session,
      most = outcome?.largest(view.layer);
    if (!most) return "";
    return fill(w.whatif_most, {
      gate: most.gate,
      unit: given.unit_names[most.unit] ?? most.unit,
      t: most.t,
      value: changeNumber(most.value),
    });
  }

  /**
   * Return the numbers for the sentence of a preset.
   * @param {string} idea
   * @returns {Record<string, string | number>}
   */
  facts(idea) {
    const { given, edits } = this.session;
    if (idea === "letter") {
      const [cut] = edits;
      const unit = cut?.do === "lesion" ? (cut.units?.[0] ?? 0) : 0;
      return { unit: given.unit_names[unit] ?? unit };
    }
    if (idea === "r1") {
      const { off, free } = this.session.numbers.placement();
      return { off: off === null ? "?" : written(off), free: free === null ? "?" : written(free) };
    }
    return {};
  }

  /**
   * Return who computed the numbers shown, and whether Python agrees.
   * @returns {{said: string, kind: "free" | "bent" | "off"}}
   */
  verdict() {
    const { session } = this,
      { words: w, given, check, outcome } = session;
    if (!session.acting || !outcome)
      return {
        said: fill(given.trace.by === "page" ? w.whatif_whose_free_page : w.whatif_whose_free, {
          model: given.trace.kind === "torch" ? "nn.GRU" : given.trace.kind,
        }),
        kind: "free",
      };
    const loop = given.trace.reset === "after" ? ` ${w.whatif_loop}` : "";
    if (!outcome.ran) return { said: w.whatif_whose_python + loop, kind: "bent" };
    if (check.differs) return { said: fill(w.whatif_whose_off, { off: written(check.off ?? NaN) }), kind: "off" };
    const checked =
      check.off !== null
        ? fill(w.whatif_checked, { off: written(check.off) }) + loop
        : check.pending
          ? w.whatif_checking
          : session.state.answers("what_if")
            ? ""
            : w.whatif_unchecked;
    return { said: `${w.whatif_whose_page} ${checked}`.trim(), kind: "bent" };
  }
}

/**
 * Return a difference as a short text.
 * @param {number} off
 */
function written(off) {
  return off === 0 ? "0" : off < 1e-3 ? signed(off.toExponential(0)) : number(off, 3);
}
