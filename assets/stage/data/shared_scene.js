// Merging of a scene with the data shared by all scenes of its language.

/** @import { Menu } from "./scene_types.js" */

/**
 * Return a scene's header completed with the data shared by all scenes of its language.
 * gruviz/protocol/shared_data.py does the same.
 * @param {Record<string, any>} header
 * @param {Record<string, any>} shared
 * @returns {Record<string, any>}
 */
export function mergeShared({ span, chosen, alike: _, ...header }, shared) {
  const { palettes, defaults, menus } = shared;
  const themes = Object.entries(palettes).map(([theme, each]) => [theme, { ...each, x: { ...each.x, ...span } }]);
  const available = (header.menus ?? menus).filter((/** @type {Menu} */ { name }) => name in chosen);
  return {
    ...shared,
    ...header,
    palettes: Object.fromEntries(themes),
    view: { ...defaults, ...header.view },
    menus: available.map((/** @type {Menu} */ menu) => ({ ...menu, chosen: chosen[menu.name] })),
  };
}
