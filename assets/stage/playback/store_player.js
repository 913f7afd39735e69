// Playback of a stage: a player that moves the store's cursor.

/** @import { Ports } from "../view/ports.js" */
/** @import { Player, Track } from "./player.js" */

/** @typedef {Pick<Ports, "state" | "root" | "on" | "paintNow">} PlayerPorts */

/**
 * Make a player and connect it with the store.
 * @template {Player} Kind
 * @param {new (track: Track) => Kind} PlayerKind
 * @param {PlayerPorts} ports
 * @param {(playing: boolean) => void} onSwitch  playback started or stopped
 * @returns {Kind}
 */
export function storePlayer(PlayerKind, { state, root, on, paintNow }, onSwitch) {
  const share = () => {
    state.isPlaying = player.isPlaying;
    state.phase = player.phase;
    state.pace = player.speed;
  };
  /** @type {Kind} */
  const player = new PlayerKind({
    at: () => state.view.t,
    steps: () => state.scene.trace.steps,
    direction: () => (state.tiles.reverse(state.view.layer) ? -1 : 1),
    loop: () => state.loop,
    onStep(t) {
      share();
      state.playTo(t);
      paintNow();
    },
    onPhase() {
      share();
      paintNow();
    },
    onSwitch(playing) {
      share();
      root.classList.toggle("playing", playing);
      onSwitch(playing);
      if (playing) return;
      for (const event of /** @type {const} */ (["paint", "announce", "moved"])) state.emit(event);
    },
  });
  on("stop", () => player.stop());
  return player;
}
