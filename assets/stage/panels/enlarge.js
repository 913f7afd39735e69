// One panel made large, or small again.

/** @import { Panel } from "../data/scene_types.js" */
/** @import { Store } from "../view/store.js" */

/**
 * Give a panel all the room, or give the room back.
 * @param {Pick<Store, "view" | "arrange">} state
 * @param {Panel} name
 */
export function enlarge(state, name) {
  state.arrange({ large: state.view.large === name ? "" : name });
}
