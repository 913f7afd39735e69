// Words of one language in elements.

import { element } from "./elements.js";

/**
 * Set the options of a select element.
 * @param {HTMLSelectElement} select
 * @param {[string | number, string][]} choices  value and label
 * @param {string | number} value
 */
export function setChoices(select, choices, value) {
  const options = choices.map(([each, label]) => {
    const option = element("option", "", label);
    option.value = String(each);
    return option;
  });
  select.replaceChildren(...options);
  select.value = String(value);
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
