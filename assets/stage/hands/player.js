// Playing a trace: how far to go in the time that has passed, in a loop or to the end, and the phases of slow motion.

/** @import { Phase, PhaseName } from "../fields.js" */

export const SPEEDS = [1, 2, 4, 8, 15, 30, 60, 120, 240];  // steps a second
/** What is computed within a step, in its order, each with its seconds in slow motion. @type {[PhaseName, number][]} */
export const PHASES = [["read", 0.7], ["r", 1], ["n", 1.2], ["z", 1.2], ["h", 0.9]];
const SLOW_STEP = PHASES.reduce((sum, [, each]) => sum + each, 0);
export const RATES = [0.25, 0.5, 1, 2, 4];  // of slow motion
const LONGEST = 0.25;  // seconds: a tab that was hidden does not jump

/**
 * What is played, and who hears of it.
 * @typedef {object} Track
 * @property {() => number} at the step shown
 * @property {() => number} steps
 * @property {() => 1 | -1} way a reverse layer computes from the end
 * @property {(t: number) => void} moved the step to show now
 * @property {() => void} phased another moment of the same step
 * @property {(playing: boolean) => void} switched started or stopped
 */

/** @typedef {{request: (act: (now: number) => void) => number, cancel: (frame: number) => void}} Frames */

/** @type {Frames} */
const browser = { request: (act) => requestAnimationFrame(act), cancel: (frame) => cancelAnimationFrame(frame) };

export class Player {
  /**
   * @param {Track} track
   * @param {Frames} [frames]
   */
  constructor(track, frames = browser) {
    this.track = track;
    this.frames = frames;
    this.playing = false;
    this.speed = 8;
    this.slow = false;
    this.rate = 1;  // of slow motion
    /** Where slow motion is within the step. @type {Phase | null} */
    this.phase = null;
    this.phaseAt = 0;
    this.debt = 0;  // of a step, not gone yet
    /** First and last step to play between. @type {[number, number] | null} */
    this.loop = null;
    /** @type {number | null} */
    this.clock = null;
    this.frame = 0;
  }

  toggle() {
    if (this.playing) return this.stop();
    const { track } = this, [start, end] = this.ends(), t = track.at(), way = track.way();
    if ((t - start) * way < 0 || (t - end) * way >= 0) track.moved(start);
    this.playing = true;
    this.clock = null;
    this.debt = this.phaseAt = 0;
    track.switched(true);
    /** @param {number} now */
    const tick = (now) => {
      if (!this.playing) return;
      this.advance(Math.min((now - (this.clock ?? now)) / 1000, LONGEST));
      this.clock = now;
      if (this.playing) this.frame = this.frames.request(tick);
    };
    this.frame = this.frames.request(tick);
  }

  stop() {
    if (!this.playing && !this.phase) return;
    this.halt();
    this.track.switched(false);
  }

  /** Stop, and tell nobody. */
  halt() {
    this.playing = false;
    this.phase = null;
    this.frames.cancel(this.frame);
  }

  /** @param {boolean} slow */
  setSlow(slow) {
    this.slow = slow;
    this.phaseAt = 0;
    this.phase = null;
    if (slow && !this.playing) this.toggle();
  }

  /**
   * By hand to the next moment of a step, or the one before; past its ends to the step beside it.
   * @param {1 | -1} by
   */
  turn(by) {
    const { track, phase } = this, was = this.playing, t = track.at(), next = t + by * track.way();
    this.halt();
    let k = phase ? PHASES.findIndex(([name]) => name === phase.name) + by : by > 0 ? 0 : PHASES.length - 1;
    if (k < 0 || k >= PHASES.length) {
      if (next < 0 || next >= track.steps()) k -= by;
      else {
        track.moved(next);
        k = by > 0 ? 0 : PHASES.length - 1;
      }
    }
    this.phase = { name: PHASES[k][0], progress: 1 };
    if (was) track.switched(false);
    track.phased();
  }

  /** @param {[number, number] | null} loop in any order */
  setLoop(loop) {
    this.loop = loop && [Math.min(...loop), Math.max(...loop)];
  }

  /** @returns {[number, number]} the steps playing starts from and ends at, in the way it goes */
  ends() {
    const [first, last] = this.loop ?? [0, this.track.steps() - 1];
    return this.track.way() > 0 ? [first, last] : [last, first];
  }

  /** @param {number} seconds that have passed */
  advance(seconds) {
    const { track } = this, steps = this.slow ? this.phases(seconds) : this.due(seconds);
    if (!steps) {
      if (this.phase) track.phased();
      return;
    }
    const [start, end] = this.ends(), way = track.way(), count = (end - start) * way + 1;
    const gone = (track.at() - start) * way + steps;
    if (gone >= count && !this.loop) {
      this.halt();
      track.moved(end);
      track.switched(false);
    } else track.moved(start + way * (gone % count));
  }

  /**
   * @param {number} seconds
   * @returns {number} whole steps
   */
  due(seconds) {
    this.phase = null;
    this.debt += seconds * this.speed;
    const steps = Math.floor(this.debt);
    this.debt -= steps;
    return steps;
  }

  /**
   * @param {number} seconds
   * @returns {number} whole steps
   */
  phases(seconds) {
    this.phaseAt += seconds * this.rate;
    const steps = Math.floor(this.phaseAt / SLOW_STEP);
    this.phaseAt -= steps * SLOW_STEP;
    let at = this.phaseAt, k = 0;
    while (k < PHASES.length - 1 && at >= PHASES[k][1]) at -= PHASES[k++][1];
    this.phase = { name: PHASES[k][0], progress: Math.min(1, at / PHASES[k][1]) };
    return steps;
  }
}
