// Command that makes one panel fill the stage, or ends that.

/** @import { Panel } from "../data/scene_types.js" */
/** @import { Store } from "../view/store.js" */

/**
 * Make a panel large, or show all panels again if it is.
 * @param {Pick<Store, "view" | "arrange">} state
 * @param {Panel} name
 */
export function enlarge(state, name) {
  state.arrange({ large: state.view.large === name ? "" : name });
}
