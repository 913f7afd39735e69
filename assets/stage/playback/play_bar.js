// Playback controls of a small figure: a play button and a slider over the steps.

/** @import { Part, Ports } from "../view/ports.js" */
/** @import { Store } from "../view/store.js" */
import { elementsOf } from "../view/elements.js";
import { Player } from "./player.js";
import { storePlayer } from "./store_player.js";

/** @typedef {Pick<Ports, "state" | "root" | "on" | "paintNow" | "command">} PlayBarPorts */

const MARKUP = `<button type="button" data-do="play" data-part="play" class="main"><svg viewBox="0 0 24 24"><path class="when-paused" d="M7 4 20 12 7 20z"/><path class="when-playing" d="M7 5v14M17 5v14"/></svg></button>
<input type="range" min="0" step="1" data-part="scrub">`;

/** @implements {Part} */
export class PlayBar {
  constructor() {
    this.slot = "bar";
    /** @type {Player | null} */
    this.player = null;
  }

  /**
   * @param {HTMLElement} host
   * @param {PlayBarPorts} ports
   */
  mount(host, ports) {
    const { nodes, part } = elementsOf(MARKUP),
      { state } = ports,
      { play, scrub } = part;
    const label = () => {
      play.title = state.isPlaying ? state.words.pause : state.words.play;
      play.setAttribute("aria-label", play.title);
    };
    this.nodes = nodes;
    this.scrub = scrub;
    host.append(...nodes);
    const player = storePlayer(Player, ports, label);
    this.player = player;
    ports.command("play", () => player.toggle());
    ports.on("scene", () => {
      scrub.setAttribute("aria-label", state.words.scrub);
      label();
      scrub.max = String(state.scene.trace.steps - 1);
    });
    scrub.addEventListener("input", () => {
      state.stop();
      state.set({ t: +scrub.value });
    });
  }

  /** @param {Pick<Store, "view">} state */
  update({ view: { t } }) {
    if (this.scrub && this.scrub.value !== String(t)) this.scrub.value = String(t);
  }

  destroy() {
    this.player?.halt();
    for (const node of this.nodes ?? []) node.remove();
  }
}
