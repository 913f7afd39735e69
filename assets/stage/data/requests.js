// Queue of one stage's requests. One is sent at a time; of each kind only the latest waits.

const PATIENCE = 8000; // ms without a response before the request is sent again
const TRIES = 2;

/** @import { SentRequest, StageRequest } from "./scene_types.js" */
/** @import { Clock } from "../model/clock.js" */
import { realClock } from "../model/clock.js";

/** @typedef {{request: SentRequest, sentAt: number | null, tries: number}} WaitingRequest */

/** Queue of requests. A request without a response is repeated once, then given up. */
export class RequestQueue {
  /**
   * @param {object} options
   * @param {((request: SentRequest) => void) | null} options.send  null without a server
   * @param {() => string} options.trace  id of the current trace; requests about another one are dropped
   * @param {(request: SentRequest) => void} options.onGiveUp  called with a request that got no response
   * @param {Clock} [options.clock]
   */
  constructor({ send, trace, onGiveUp, clock = realClock }) {
    this.send = send;
    this.trace = trace;
    this.onGiveUp = onGiveUp;
    this.clock = clock;
    /** @type {Map<number, WaitingRequest>} */
    this.waiting = new Map();
    this.last = Date.now(); // id of the last request; ids are unique on a page
    /** @type {any} */
    this.timer = null;
    this.isClosed = false;
  }

  /** @param {StageRequest} request */
  ask(request) {
    if (!this.send || this.isClosed) return;
    for (const [id, { request: other, sentAt }] of this.waiting) {
      if (other.kind === request.kind && sentAt === null) this.waiting.delete(id);
    }
    const id = ++this.last;
    this.waiting.set(id, { request: { ...request, id, trace: this.trace() }, sentAt: null, tries: 0 });
    this.sendNext();
  }

  /** Send the first request, unless one is on its way. */
  sendNext() {
    if (this.isClosed || !this.send) return;
    const now = this.clock.now();
    for (const [id, waiting] of this.waiting) {
      const { request, sentAt, tries } = waiting;
      if (sentAt !== null && now - sentAt < PATIENCE) return;
      if (tries === TRIES || request.trace !== this.trace()) {
        this.waiting.delete(id);
        this.onGiveUp(request);
        continue;
      }
      // sent again after a while: a rerun of the page can drop a request before Python has read it
      Object.assign(waiting, { sentAt: now, tries: tries + 1 });
      this.clock.never(this.timer);
      this.timer = this.clock.later(() => this.sendNext(), PATIENCE + 50);
      this.send(request);
      return;
    }
  }

  /** @param {number | null} id  of a waiting request */
  kindOf(id) {
    return id === null ? undefined : this.waiting.get(id)?.request.kind;
  }

  /**
   * Remove a request that has a response. The stage calls `sendNext` once it has read the response.
   * @param {number | null} id  null: Python could not read the request's id
   */
  remove(id) {
    if (id !== null) this.waiting.delete(id);
  }

  /**
   * @param {StageRequest["kind"]} kind
   * @returns {boolean} whether a request of this kind has no response yet
   */
  has(kind) {
    return [...this.waiting.values()].some(({ request }) => request.kind === kind);
  }

  destroy() {
    this.isClosed = true;
    this.clock.never(this.timer);
    this.waiting.clear();
  }
}
