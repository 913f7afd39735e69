// Elements of a page, made in one line each.

/**
 * Make an element.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} className
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, className, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

/**
 * Make a button.
 * @param {string} className
 * @param {(Node | string)[]} children
 * @param {() => void} act
 */
export function button(className, children, act) {
  const made = element("button", className, ...children);
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}

/**
 * Make the elements of a piece of markup. Those with data-part are returned by that name.
 * @param {string} markup
 * @returns {{nodes: HTMLElement[], part: Record<string, any>}}
 */
export function elementsOf(markup) {
  const made = element("div", "");
  made.innerHTML = markup;
  const named = /** @type {HTMLElement[]} */ ([...made.querySelectorAll("[data-part]")]);
  return {
    nodes: /** @type {HTMLElement[]} */ ([...made.children]),
    part: Object.fromEntries(named.map((each) => [each.dataset.part, each])),
  };
}

/**
 * Set an element's text where it is another.
 * @param {Element} node
 * @param {string} value
 */
export function setText(node, value) {
  if (node.textContent !== value) node.textContent = value;
}
