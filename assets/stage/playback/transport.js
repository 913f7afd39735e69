// Playback controls: play, steps, the slider, the step's number, speed, slow motion, loop.

/** @import { Part, Ports } from "../view/ports.js" */
/** @import { Store } from "../view/store.js" */
import { elementsOf, setText } from "../view/elements.js";
import { setChoices, writeWords } from "../view/write_words.js";
import { fill } from "../view/format.js";
import { stepLabel } from "../view/readings.js";
import { RATES, SlowPlayer } from "./slow_player.js";
import { storePlayer } from "./store_player.js";

/** @typedef {Pick<Ports, "state" | "root" | "on" | "paintNow" | "command" | "run" | "onKey">} TransportPorts */

const SPEEDS = [1, 2, 4, 8, 15, 30, 60, 120, 240]; // steps per second
const MARKUP = `<div class="group" role="toolbar" data-label="transport">
  <button type="button" data-do="first" data-tip="go_first"><svg viewBox="0 0 24 24"><path d="M6 5v14M19 5 9 12l10 7z"/></svg></button>
  <button type="button" data-do="back" data-tip="go_back"><svg viewBox="0 0 24 24"><path d="M16 5 6 12l10 7z"/></svg></button>
  <button type="button" data-do="play" data-part="play" data-tip="play" class="main"><svg viewBox="0 0 24 24"><path class="when-paused" d="M7 4 20 12 7 20z"/><path class="when-playing" d="M7 5v14M17 5v14"/></svg></button>
  <button type="button" data-do="forward" data-tip="go_forward"><svg viewBox="0 0 24 24"><path d="M8 5l10 7-10 7z"/></svg></button>
  <button type="button" data-do="last" data-tip="go_last"><svg viewBox="0 0 24 24"><path d="M18 5v14M5 5l10 7-10 7z"/></svg></button>
</div>
<input type="range" min="0" step="1" data-part="scrub" data-label="scrub">
<label class="now"><span data-word="step"></span><input type="text" inputmode="numeric" data-part="at" data-label="scrub" data-tip="step_help" autocomplete="off" maxlength="7"><span data-part="now"></span></label>
<div class="group pace">
  <select data-part="speed" data-label="speed" data-tip="speed"></select>
  <button type="button" data-do="slow" data-part="slow" data-tip="slow" class="toggle icon" aria-pressed="false"><svg viewBox="0 0 24 24"><path class="line" d="M4 6v12M20 6v12"/><path d="M9 8l6 4-6 4z"/></svg><span class="short" data-word="slow_short"></span></button>
  <button type="button" data-do="loop" data-part="loop" data-tip="loop" class="toggle icon" aria-pressed="false"><svg viewBox="0 0 24 24"><path class="line" d="M17 3l3 3-3 3M20 6H8a4 4 0 0 0-4 4v1M7 21l-3-3 3-3M4 18h12a4 4 0 0 0 4-4v-1"/></svg><span class="short" data-word="loop_short"></span></button>
</div>`;

/**
 * Make the part.
 * @returns {Transport}
 */
export function transport() {
  return new Transport();
}

/** @implements {Part} */
export class Transport {
  constructor() {
    this.slot = "bar";
    /** @type {SlowPlayer | null} */
    this.player = null;
  }

  /**
   * @param {HTMLElement} host
   * @param {TransportPorts} ports
   */
  mount(host, ports) {
    const { nodes, part } = elementsOf(MARKUP),
      { state, command } = ports;
    this.nodes = nodes;
    this.part = part;
    host.append(...nodes);
    const player = storePlayer(SlowPlayer, ports, () => this.labelPlay(state));
    this.player = player;
    const step = (/** @type {number} */ t) => {
      state.stop();
      state.set({ t }, true);
    };
    command("first", () => step(0));
    command("last", () => step(state.scene.trace.steps - 1));
    command("back", () => step(state.view.t - 1));
    command("forward", () => step(state.view.t + 1));
    command("play", () => player.toggle());
    command("loop", () => state.setLoop(state.loop ? null : state.visible()));
    command("slow", () => {
      player.setSlow(!player.isSlow);
      part.slow.setAttribute("aria-pressed", String(player.isSlow));
      this.listSpeeds(state);
      state.emit("paint");
    });
    part.scrub.addEventListener("input", () => {
      state.stop();
      state.set({ t: +part.scrub.value });
    });
    part.scrub.addEventListener("change", () => state.emit("announce"));
    part.speed.addEventListener("change", () => {
      player[player.isSlow ? "rate" : "speed"] = +part.speed.value;
    });
    part.at.addEventListener("change", () => {
      const text = part.at.value.trim();
      part.at.blur();
      if (/^\d{1,9}$/.test(text)) step(+text);
      else this.writeStep(state);
    });
    ports.onKey((event) => this.key(event, state), true);
    ports.on("scene", () => {
      writeWords(nodes, state.words);
      this.listSpeeds(state);
      this.labelPlay(state);
    });
  }

  /**
   * Handle keys: in slow motion the arrows step through phases; on the slider, up and down change the step.
   * @param {KeyboardEvent} event
   * @param {Store} state
   */
  key(event, state) {
    const { player, part } = this,
      { key } = event,
      onSlider = event.composedPath()[0] === part?.scrub;
    if (!player || event.ctrlKey || event.metaKey || event.altKey) return false;
    const isTyping = event.composedPath()[0] instanceof HTMLSelectElement || isTextField(event.composedPath()[0]);
    if (isTyping) return false;
    if (player.isSlow && !event.shiftKey && (key === "ArrowLeft" || key === "ArrowRight")) {
      player.stepPhase(key === "ArrowLeft" ? -1 : 1);
    } else if (onSlider && (key === "ArrowUp" || key === "ArrowDown")) {
      state.stop();
      state.set({ t: state.view.t + (key === "ArrowUp" ? 1 : -1) * (event.shiftKey ? 10 : 1) }, true);
    } else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  /**
   * List the speeds of playback or of slow motion.
   * @param {Pick<Store, "words">} state
   */
  listSpeeds({ words }) {
    const { player, part } = this;
    if (!player || !part) return;
    const { isSlow, rate, speed } = player;
    if (isSlow)
      setChoices(
        part.speed,
        RATES.map((each) => [each, fill(words.rate_value, { rate: each })]),
        rate,
      );
    else
      setChoices(
        part.speed,
        SPEEDS.map((each) => [each, fill(words.speed_value, { speed: each })]),
        speed,
      );
  }

  /** @param {Pick<Store, "words" | "isPlaying">} state */
  labelPlay({ words, isPlaying }) {
    const play = this.part?.play;
    if (!play) return;
    play.title = isPlaying ? words.pause : words.play;
    play.setAttribute("aria-label", play.title);
  }

  /**
   * Write the step into its field, unless someone is typing there.
   * @param {Pick<Store, "view">} state
   */
  writeStep({ view: { t } }) {
    const field = this.part?.at;
    if (field && !field.matches(":focus") && field.value !== String(t)) field.value = String(t);
  }

  /** @param {Store} state */
  update(state) {
    const { part } = this,
      { words, view, loop } = state,
      { steps } = state.scene.trace,
      { t } = view;
    if (!part) return;
    const label = stepLabel(state, t),
      of = `/ ${(steps - 1).toLocaleString("en")}${label ? ` \u00b7 ${label}` : ""}`,
      { scrub } = part;
    setText(part.now, of);
    if (scrub.max !== String(steps - 1)) scrub.max = String(steps - 1);
    if (scrub.value !== String(t)) scrub.value = String(t);
    scrub.style.setProperty("--done", `${(t / Math.max(1, steps - 1)) * 100}%`);
    scrub.setAttribute("aria-valuetext", `${words.step} ${t} ${of}`);
    part.loop.setAttribute("aria-pressed", String(!!loop));
    this.writeStep(state);
  }

  destroy() {
    this.player?.halt();
    for (const node of this.nodes ?? []) node.remove();
  }
}

/** @param {EventTarget | undefined} target */
function isTextField(target) {
  return target instanceof HTMLInputElement && target.type !== "range";
}
