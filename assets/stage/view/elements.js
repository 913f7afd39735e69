// Functions that make elements.

/**
 * Make an element.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} className
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children);
  return node;
}

/**
 * Make a button.
 * @param {string} className
 * @param {(Node | string)[]} children
 * @param {() => void} act
 */
export function button(className, children, act) {
  const node = element("button", className, ...children);
  node.type = "button";
  node.addEventListener("click", act);
  return node;
}

/**
 * Make elements from markup; `part` has those with data-part by name.
 * @param {string} markup
 * @returns {{nodes: HTMLElement[], part: Record<string, any>}}
 */
export function elementsOf(markup) {
  const box = element("div", "");
  box.innerHTML = markup;
  const parts = /** @type {HTMLElement[]} */ ([...box.querySelectorAll("[data-part]")]);
  return {
    nodes: /** @type {HTMLElement[]} */ ([...box.children]),
    part: Object.fromEntries(parts.map((each) => [each.dataset.part, each])),
  };
}

/**
 * Set an element's text if it differs.
 * @param {Element} node
 * @param {string} value
 */
export function setText(node, value) {
  if (node.textContent !== value) node.textContent = value;
}
