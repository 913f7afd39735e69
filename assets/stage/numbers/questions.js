// One stage's questions to Python: one on its way at a time, of each kind only the latest.

const PATIENCE = 8000;  // ms a reply may take before the question is sent again
const TRIES = 2;

/** @import { Asked, Question } from "../fields.js" */
/** @typedef {{asked: Asked, sent: number | null, tries: number}} Waiting */

/**
 * @typedef {object} Clock
 * @property {() => number} now in ms
 * @property {(act: () => void, ms: number) => any} later
 * @property {(timer: any) => void} never takes what `later` gave
 */

/** @type {Clock} */
const browser = {
  now: () => performance.now(),
  later: (act, ms) => setTimeout(act, ms),
  never: (timer) => clearTimeout(timer),
};

/** The queue. */
export class Questions {
  /**
   * @param {object} given
   * @param {((question: Asked) => void) | null} given.send null where nobody can be asked
   * @param {() => string} given.trace the trace questions are about now; those about another are given up
   * @param {(question: Asked) => void} given.givenUp hears of a question that got no reply
   * @param {Clock} [given.clock]
   */
  constructor({ send, trace, givenUp, clock = browser }) {
    this.send = send;
    this.trace = trace;
    this.givenUp = givenUp;
    this.clock = clock;
    /** @type {Map<number, Waiting>} */
    this.waiting = new Map();
    this.last = Date.now();  // ids never come twice on a page
    /** @type {any} */
    this.timer = null;
    this.closed = false;
  }

  /** @param {Question} question */
  ask(question) {
    if (!this.send || this.closed) return;
    for (const [id, { asked, sent }] of this.waiting) {
      if (asked.kind === question.kind && sent === null) this.waiting.delete(id);
    }
    const id = ++this.last;
    this.waiting.set(id, { asked: { ...question, id, trace: this.trace() }, sent: null, tries: 0 });
    this.next();
  }

  /** Send the first that may go out. */
  next() {
    if (this.closed || !this.send) return;
    const now = this.clock.now();
    for (const [id, waiting] of this.waiting) {
      const { asked, sent, tries } = waiting;
      if (sent !== null && now - sent < PATIENCE) return;
      if (tries === TRIES || asked.trace !== this.trace()) {
        this.waiting.delete(id);
        this.givenUp(asked);
        continue;
      }
      // a question can be lost where a rerun of the page takes its place
      Object.assign(waiting, { sent: now, tries: tries + 1 });
      this.clock.never(this.timer);
      this.timer = this.clock.later(() => this.next(), PATIENCE + 50);
      this.send(asked);
      return;
    }
  }

  /** @param {number | null} id  of a question that waits */
  kindOf(id) {
    return id === null ? undefined : this.waiting.get(id)?.asked.kind;
  }

  /**
   * A reply has come; the next may go, once the stage has taken it in.
   * @param {number | null} id null: Python could not read whose it is
   */
  answered(id) {
    if (id !== null) this.waiting.delete(id);
  }

  /**
   * @param {Question["kind"]} kind
   * @returns {boolean} whether one of this kind has no reply yet
   */
  has(kind) {
    return [...this.waiting.values()].some(({ asked }) => asked.kind === kind);
  }

  destroy() {
    this.closed = true;
    this.clock.never(this.timer);
    this.waiting.clear();
  }
}
