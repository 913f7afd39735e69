// Playback: how far to go in the time that has passed, in a loop or to the end.

/** @import { Phase } from "../data/scene_types.js" */

const LONGEST = 0.25; // seconds: a tab that was hidden does not jump

/**
 * What is played, and who hears of it.
 * @typedef {object} Track
 * @property {() => number} at the step shown
 * @property {() => number} steps
 * @property {() => 1 | -1} way a reverse layer computes from the end
 * @property {() => [number, number] | null} loop first and last step to play between
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
    /** Where slow motion is within the step. @type {Phase | null} */
    this.phase = null;
    this.debt = 0; // of a step, not gone yet
    /** @type {number | null} */
    this.clock = null;
    this.frame = 0;
  }

  toggle() {
    if (this.playing) return this.stop();
    const { track } = this,
      [start, end] = this.ends(),
      t = track.at(),
      way = track.way();
    if ((t - start) * way < 0 || (t - end) * way >= 0) track.moved(start);
    this.playing = true;
    this.clock = null;
    this.debt = 0;
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

  /** @returns {[number, number]} the steps playing starts from and ends at, in the way it goes */
  ends() {
    const [first, last] = this.track.loop() ?? [0, this.track.steps() - 1];
    return this.track.way() > 0 ? [first, last] : [last, first];
  }

  /** @param {number} seconds that have passed */
  advance(seconds) {
    const { track } = this,
      steps = this.due(seconds);
    if (!steps) {
      if (this.phase) track.phased();
      return;
    }
    const [start, end] = this.ends(),
      way = track.way(),
      count = (end - start) * way + 1;
    const gone = (track.at() - start) * way + steps;
    if (gone >= count && !track.loop()) {
      this.halt();
      track.moved(end);
      track.switched(false);
    } else track.moved(start + way * (gone % count));
  }

  /**
   * Return the whole steps of some seconds, and keep the rest.
   * @param {number} seconds
   * @returns {number}
   */
  due(seconds) {
    this.phase = null;
    this.debt += seconds * this.speed;
    const steps = Math.floor(this.debt);
    this.debt -= steps;
    return steps;
  }
}
