// Playback of a stage: a player that moves the store's cursor.

/** @import { Ports } from "../view/ports.js" */
/** @import { Player, Track } from "./player.js" */

/** @typedef {Pick<Ports, "state" | "root" | "on" | "paintNow">} PlayerPorts */

/**
 * Make a player and connect it with the store.
 * @template {Player} Kind
 * @param {new (track: Track) => Kind} PlayerKind
 * @param {PlayerPorts} ports
 * @param {(playing: boolean) => void} switched  playback started or stopped
 * @returns {Kind}
 */
export function storePlayer(PlayerKind, { state, root, on, paintNow }, switched) {
  const share = () => {
    state.playing = player.playing;
    state.phase = player.phase;
    state.pace = player.speed;
  };
  /** @type {Kind} */
  const player = new PlayerKind({
    at: () => state.view.t,
    steps: () => state.scene.trace.steps,
    way: () => (state.tiles.reverse(state.view.layer) ? -1 : 1),
    loop: () => state.loop,
    moved(t) {
      share();
      state.playTo(t);
      paintNow();
    },
    phased() {
      share();
      paintNow();
    },
    switched(playing) {
      share();
      root.classList.toggle("playing", playing);
      switched(playing);
      if (playing) return;
      for (const event of /** @type {const} */ (["paint", "announce", "moved"])) state.emit(event);
    },
  });
  on("stop", () => player.stop());
  return player;
}
