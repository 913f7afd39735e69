// Playback of steps over time, in a loop or to the end.

/** @import { Phase } from "../data/scene_types.js" */

const LONGEST = 0.25; // seconds per frame: a hidden tab does not jump

/**
 * Source and callbacks of a player.
 * @typedef {object} Track
 * @property {() => number} at the current step
 * @property {() => number} steps
 * @property {() => 1 | -1} direction -1 for a reverse layer
 * @property {() => [number, number] | null} loop first and last step to play between
 * @property {(t: number) => void} onStep go to a step
 * @property {() => void} onPhase another phase of the same step
 * @property {(playing: boolean) => void} onSwitch started or stopped
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
    this.isPlaying = false;
    this.speed = 8;
    /** Phase of the step in slow motion. @type {Phase | null} */
    this.phase = null;
    this.fraction = 0; // of the next step
    /** @type {number | null} */
    this.clock = null;
    this.frame = 0;
  }

  toggle() {
    if (this.isPlaying) return this.stop();
    const { track } = this,
      [start, end] = this.ends(),
      t = track.at(),
      way = track.direction();
    if ((t - start) * way < 0 || (t - end) * way >= 0) track.onStep(start);
    this.isPlaying = true;
    this.clock = null;
    this.fraction = 0;
    track.onSwitch(true);
    /** @param {number} now */
    const tick = (now) => {
      if (!this.isPlaying) return;
      this.advance(Math.min((now - (this.clock ?? now)) / 1000, LONGEST));
      this.clock = now;
      if (this.isPlaying) this.frame = this.frames.request(tick);
    };
    this.frame = this.frames.request(tick);
  }

  stop() {
    if (!this.isPlaying && !this.phase) return;
    this.halt();
    this.track.onSwitch(false);
  }

  /** Stop without a callback. */
  halt() {
    this.isPlaying = false;
    this.phase = null;
    this.frames.cancel(this.frame);
  }

  /** @returns {[number, number]} first and last step to play */
  ends() {
    const [first, last] = this.track.loop() ?? [0, this.track.steps() - 1];
    return this.track.direction() > 0 ? [first, last] : [last, first];
  }

  /** @param {number} seconds since the last frame */
  advance(seconds) {
    const { track } = this,
      steps = this.stepsIn(seconds);
    if (!steps) {
      if (this.phase) track.onPhase();
      return;
    }
    const [start, end] = this.ends(),
      way = track.direction(),
      count = (end - start) * way + 1;
    const place = (track.at() - start) * way + steps;
    if (place >= count && !track.loop()) {
      this.halt();
      track.onStep(end);
      track.onSwitch(false);
    } else track.onStep(start + way * (place % count));
  }

  /**
   * Return the whole steps of some seconds; the rest counts for the next call.
   * @param {number} seconds
   * @returns {number}
   */
  stepsIn(seconds) {
    this.phase = null;
    this.fraction += seconds * this.speed;
    const steps = Math.floor(this.fraction);
    this.fraction -= steps;
    return steps;
  }
}
