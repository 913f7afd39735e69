// What the model's head says at a step, in words: "says H with 0.97, due H".

/** @import { Answer, Words } from "../fields.js" */
/** @import { Reading } from "../numbers/answer.js" */
/** @import { Stage } from "../stage.js" */
import { nameOfRow, outputOf, readingOf, rowOf, tablesOf } from "../numbers/answer.js";
import { fill, number } from "../wording.js";

/**
 * What is read at a step; null where there is no head, or the step is not here yet.
 * @param {Stage} stage
 * @param {number} t
 * @returns {(Reading & {exact: boolean}) | null}
 */
export function readingAt({ scene, tiles, view }, t) {
  const tile = scene.answer && tiles.finest(view.layer, t);
  if (!scene.answer || !tile?.arrays.y) return null;
  return { ...readingOf(scene.answer, tablesOf(tile.arrays), tile.column(t)), exact: tile.exact };
}

/**
 * The row of the chosen output: the one someone chose, else that of the class said.
 * @param {Stage} stage
 * @returns {number | null} null where the model has no head
 */
export function chosenRow(stage) {
  const { scene: { answer }, view: { out, t } } = stage;
  if (!answer) return null;
  return out !== null ? rowOf(answer, out) : readingAt(stage, t)?.said ?? 0;
}

/**
 * The chosen output, that of the row; null where the row is of several, or there is no head.
 * @param {Stage} stage
 */
export function chosenOutput(stage) {
  const { scene: { answer } } = stage, row = chosenRow(stage);
  return answer && row !== null ? outputOf(answer, row) : null;
}

/**
 * What is asked of the answer: the chosen output and its number.
 * @typedef {{kind: Answer["kind"], name: string, value: number | null, single: boolean}} AskedAnswer  single: it is one output's
 */

/**
 * @param {Stage} stage
 * @returns {AskedAnswer | null}
 */
export function askedAt(stage) {
  const { scene: { answer, channels }, view: { t }, w } = stage, row = chosenRow(stage), reading = readingAt(stage, t);
  if (!answer || row === null) return null;
  const name = nameOfRow(answer, channels, row);
  return { kind: answer.kind, name: name ?? w.answer_others, value: reading?.values[row] ?? null, single: name !== undefined };
}

/**
 * In words; "" where there is nothing to say.
 * @param {Stage} stage
 * @param {number} t
 */
export function saysAt(stage, t) {
  const { scene: { answer, channels }, w } = stage, reading = readingAt(stage, t);
  if (!answer || !reading || reading.values.some(Number.isNaN)) return "";
  const text = sentence(answer, channels, w, reading);
  return reading.exact ? text : `\u2248 ${text}`;
}

/**
 * @param {Answer} answer
 * @param {string[]} channels
 * @param {Words} w
 * @param {Reading} reading
 */
export function sentence(answer, channels, w, { said, values, due, wrong, off }) {
  const name = (/** @type {number} */ row) => nameOfRow(answer, channels, row) ?? w.answer_others;
  if (answer.kind === "classes") {
    const told = { said: name(said), p: number(values[said], 2) };
    if (!due) return fill(w.says_class, told);
    return fill(wrong ? w.says_class_wrong : w.says_class_due, { ...told, due: name(due[0]), q: number(values[due[0]], 2) });
  }
  if (answer.kind === "signs") {
    const told = { said: signsOf(values) };
    if (!due) return fill(w.says_signs, told);
    return fill(wrong ? w.says_signs_wrong : w.says_signs_due, { ...told, due: signsOf(due), names: off.map(name).join(", ") });
  }
  // where only how far it is off counts, a digit more
  const digits = answer.within === null ? 3 : 2, told = { said: list(values, digits) };
  if (!due) return fill(w.says_number, told);
  const apart = Math.max(...values.map((value, k) => Math.abs(value - due[k])));
  return fill(wrong ? w.says_number_wrong : wrong === null ? w.says_number_off : w.says_number_due, { ...told, due: list(due, digits, answer.within !== null), off: number(apart, digits) });
}

/**
 * Of classes those said with most, of the others each: "H 0.97", for the tip.
 * @param {Stage} stage
 * @param {number} t
 * @param {number} most
 */
export function partsAt(stage, t, most) {
  const { scene: { answer, channels }, w } = stage, reading = readingAt(stage, t);
  if (!answer || !reading) return [];
  const parts = reading.values.map((value, row) => ({ value, text: `${nameOfRow(answer, channels, row) ?? w.answer_others} ${number(value, 2)}` }));
  if (answer.kind === "classes") parts.sort((p, q) => q.value - p.value);
  return parts.slice(0, most).map(({ text }) => text);
}

/** @param {number[]} values */
function signsOf(values) {
  return values.map((value) => value > 0 ? "+" : "\u2212").join(" ");
}

/**
 * @param {number[]} values
 * @param {number} digits
 * @param {boolean} [whole]  whole ones have no decimals: what is due may be a count
 */
function list(values, digits, whole = false) {
  return values.map((value) => number(value, whole && Number.isInteger(value) ? 0 : digits)).join(", ");
}
