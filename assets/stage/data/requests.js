// Queue of one stage's requests: one is sent at a time, and of each kind only the latest waits.

const PATIENCE = 8000; // ms without a response before the request is sent again
const TRIES = 2;

/** @import { SentRequest, StageRequest } from "./scene_types.js" */
/** @import { Clock } from "../model/clock.js" */
import { realClock } from "../model/clock.js";

/** @typedef {{asked: SentRequest, sent: number | null, tries: number}} WaitingRequest */

/** Queue of requests. A request without a response is repeated once, then given up. */
export class RequestQueue {
  /**
   * @param {object} given
   * @param {((question: SentRequest) => void) | null} given.send  null without a server
   * @param {() => string} given.trace  id of the current trace; requests about another one are given up
   * @param {(question: SentRequest) => void} given.givenUp  called with a request that got no response
   * @param {Clock} [given.clock]
   */
  constructor({ send, trace, givenUp, clock = realClock }) {
    this.send = send;
    this.trace = trace;
    this.givenUp = givenUp;
    this.clock = clock;
    /** @type {Map<number, WaitingRequest>} */
    this.waiting = new Map();
    this.last = Date.now(); // ids never come twice on a page
    /** @type {any} */
    this.timer = null;
    this.closed = false;
  }

  /** @param {StageRequest} question */
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
      // a rerun of the page can replace a request before Python has read it
      Object.assign(waiting, { sent: now, tries: tries + 1 });
      this.clock.never(this.timer);
      this.timer = this.clock.later(() => this.next(), PATIENCE + 50);
      this.send(asked);
      return;
    }
  }

  /** @param {number | null} id  of a waiting request */
  kindOf(id) {
    return id === null ? undefined : this.waiting.get(id)?.asked.kind;
  }

  /**
   * Remove an answered request. The stage calls `next` once it has taken in the response.
   * @param {number | null} id  null: Python could not read the request's id
   */
  answered(id) {
    if (id !== null) this.waiting.delete(id);
  }

  /**
   * @param {StageRequest["kind"]} kind
   * @returns {boolean} whether a request of this kind has no response yet
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
