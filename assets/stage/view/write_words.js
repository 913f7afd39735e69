// The words of one language, written into elements.

import { element } from "./elements.js";

/**
 * Fill a list of choices.
 * @param {HTMLSelectElement} select
 * @param {[string | number, string][]} choices  value and label
 * @param {string | number} chosen
 */
export function setChoices(select, choices, chosen) {
  const made = choices.map(([value, label]) => {
    const option = element("option", "", label);
    option.value = String(value);
    return option;
  });
  select.replaceChildren(...made);
  select.value = String(chosen);
}

/**
 * Write the words of one language into elements: data-word is the text, data-tip the tooltip, data-label the name for
 * screen readers, data-hint the placeholder.
 * @param {Iterable<Element>} roots
 * @param {Record<string, any>} words
 */
export function writeWords(roots, words) {
  const word = (/** @type {string | undefined} */ key) => words[key ?? ""] ?? "";
  for (const root of roots) {
    for (const each of /** @type {HTMLElement[]} */ ([root, ...root.querySelectorAll("*")])) {
      const { word: text, tip, label, hint } = each.dataset ?? {};
      if (text !== undefined) each.textContent = word(text);
      if (tip !== undefined) {
        each.title = word(tip);
        if (text === undefined) each.setAttribute("aria-label", each.title);
      }
      if (label !== undefined) each.setAttribute("aria-label", word(label));
      if (hint !== undefined) each.setAttribute("placeholder", word(hint));
    }
  }
}
