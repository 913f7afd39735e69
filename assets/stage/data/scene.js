// A scene's header as the stage reads it. Orders, statistics and the fields of a view come from Python in each scene:
// they are not written here again.

/** @import { Scene, View } from "./scene_types.js" */

// Fields that a message may leave out
const ABSENT = {
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
 * Return a scene from a message's header, with every field there.
 * @param {Record<string, any>} header
 * @returns {Scene}
 */
export function sceneOf(header) {
  const { words, language } = header;
  return /** @type {any} */ ({ ...ABSENT, ...header, words: { ...words, language } });
}

/**
 * Return the view a scene opens with, or the one remembered from before.
 * @param {Scene} scene
 * @param {Partial<View>} [remembered]
 * @returns {View}
 */
export function viewOf({ view, home, trace }, remembered) {
  // edits of another run say nothing about this one, nor do edits made before Python sent others
  const { bent, drawn, show } = view,
    sent = `${bent}\n${drawn}`,
    same = remembered?.traced === trace.id && (remembered.sent ?? sent) === sent;
  const own = { ...remembered, ...(!same && { bent, drawn, show }), sent };
  return { ...view, t: view.t ?? home.t, unit: view.unit ?? home.unit, ...own };
}
