// A scene's header, completed with defaults.

/** @import { Scene, View } from "./scene_types.js" */

// fields that a message may leave out
const DEFAULTS = {
  key: "",
  form: "",
  differs: "",
  address: null,
  cursor: "",
  visit: 0,
  menus: [],
  status: null,
  x_ends: [],
  reach: { n: 1, h: 1 },
  orders: ["index"],
  statistics: ["mean", "low", "high"],
  diagrams: ["unit", "layer", "lines"],
};

/**
 * Return a scene from a message's header, with every field set.
 * @param {Record<string, any>} header
 * @returns {Scene}
 */
export function sceneOf(header) {
  const { words, language } = header;
  return /** @type {any} */ ({ ...DEFAULTS, ...header, words: { ...words, language } });
}

/**
 * Return the view a scene opens with, or the one of an earlier visit.
 * @param {Scene} scene
 * @param {Partial<View>} [earlierView]
 * @returns {View}
 */
export function viewOf({ view, home, trace }, earlierView) {
  // edits of another run do not apply, nor do edits made before Python sent others
  const { bent, drawn, show } = view,
    sent = `${bent}\n${drawn}`,
    isCurrent = earlierView?.traced === trace.id && (earlierView.sent ?? sent) === sent;
  const own = { ...earlierView, ...(!isCurrent && { bent, drawn, show }), sent };
  return { ...view, t: view.t ?? home.t, unit: view.unit ?? home.unit, ...own };
}
