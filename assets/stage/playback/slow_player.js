// Playback with slow motion: the phases of a step, one after another.

/** @import { PhaseName } from "../data/scene_types.js" */
/** @import { Frames, Track } from "./player.js" */
import { Player } from "./player.js";

/** The phases of a step in order, each with its seconds in slow motion. @type {[PhaseName, number][]} */
export const PHASES = [
  ["read", 0.7],
  ["r", 1],
  ["n", 1.2],
  ["z", 1.2],
  ["h", 0.9],
];
const SLOW_STEP = PHASES.reduce((sum, [, each]) => sum + each, 0);
export const RATES = [0.25, 0.5, 1, 2, 4]; // of slow motion

export class SlowPlayer extends Player {
  /**
   * @param {Track} track
   * @param {Frames} [frames]
   */
  constructor(track, frames) {
    super(track, frames);
    this.isSlow = false;
    this.rate = 1; // of slow motion
    this.phaseAt = 0; // seconds of the step
  }

  toggle() {
    this.phaseAt = 0;
    super.toggle();
  }

  /** @param {boolean} slow */
  setSlow(slow) {
    this.isSlow = slow;
    this.phaseAt = 0;
    this.phase = null;
    if (slow && !this.isPlaying) this.toggle();
  }

  /**
   * Stop, and go to the next or previous phase, also of the neighbouring step.
   * @param {1 | -1} by
   */
  stepPhase(by) {
    const { track, phase } = this,
      wasPlaying = this.isPlaying,
      t = track.at(),
      next = t + by * track.direction();
    this.halt();
    let k = phase ? PHASES.findIndex(([name]) => name === phase.name) + by : by > 0 ? 0 : PHASES.length - 1;
    if (k < 0 || k >= PHASES.length) {
      if (next < 0 || next >= track.steps()) k -= by;
      else {
        track.onStep(next);
        k = by > 0 ? 0 : PHASES.length - 1;
      }
    }
    this.phase = { name: PHASES[k][0], progress: 1 };
    if (wasPlaying) track.onSwitch(false);
    track.onPhase();
  }

  /**
   * @param {number} seconds
   * @returns {number}
   */
  stepsIn(seconds) {
    return this.isSlow ? this.slowStepsIn(seconds) : super.stepsIn(seconds);
  }

  /**
   * Advance slow motion.
   * @param {number} seconds
   * @returns {number} whole steps
   */
  slowStepsIn(seconds) {
    this.phaseAt += seconds * this.rate;
    const steps = Math.floor(this.phaseAt / SLOW_STEP);
    this.phaseAt -= steps * SLOW_STEP;
    let at = this.phaseAt,
      k = 0;
    while (k < PHASES.length - 1 && at >= PHASES[k][1]) at -= PHASES[k++][1];
    this.phase = { name: PHASES[k][0], progress: Math.min(1, at / PHASES[k][1]) };
    return steps;
  }
}
