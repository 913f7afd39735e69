// The view as fields of a page's address.

/** @import { View } from "../data/scene_types.js" */
/** @import { Store } from "./store.js" */

const LONGEST = 1500; // characters of a field, as in gruviz/protocol/view.py

/**
 * Return the view's fields as texts; null for a field with its default value.
 * @param {Pick<Store, "scene" | "view">} store
 * @returns {Record<string, string | null>}
 */
export function viewFields({ scene: { defaults, home }, view }) {
  const usual = { ...defaults, ...home };
  /** @type {Record<string, string | null>} */
  const query = {};
  for (const key of /** @type {(keyof View)[]} */ (Object.keys(usual))) {
    const value = view[key],
      text = value === usual[key] || value == null ? null : String(value === true ? 1 : value);
    query[key] = text === null || text.length > LONGEST ? null : text;
  }
  return query;
}
