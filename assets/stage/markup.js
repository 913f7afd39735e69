// The elements of a stage, made inside a host.

const MARKUP = `
<div class="stage" data-part="root" role="group" data-label="stage_name" style="visibility: hidden">
<div class="sheet">
  <div class="headline">
    <div class="menus" data-part="menus" hidden></div>
    <p class="status" data-part="status" hidden></p>
    <div class="more" data-part="more" hidden></div>
  </div>
  <div class="bar">
    <div class="group" role="toolbar" data-label="transport">
      <button type="button" data-do="first" data-tip="go_first"><svg viewBox="0 0 24 24"><path d="M6 5v14M19 5 9 12l10 7z"/></svg></button>
      <button type="button" data-do="back" data-tip="go_back"><svg viewBox="0 0 24 24"><path d="M16 5 6 12l10 7z"/></svg></button>
      <button type="button" data-do="play" data-tip="play" class="main"><svg viewBox="0 0 24 24"><path class="when-paused" d="M7 4 20 12 7 20z"/><path class="when-playing" d="M7 5v14M17 5v14"/></svg></button>
      <button type="button" data-do="forward" data-tip="go_forward"><svg viewBox="0 0 24 24"><path d="M8 5l10 7-10 7z"/></svg></button>
      <button type="button" data-do="last" data-tip="go_last"><svg viewBox="0 0 24 24"><path d="M18 5v14M5 5l10 7-10 7z"/></svg></button>
    </div>
    <input type="range" min="0" step="1" data-part="scrub" data-label="scrub">
    <label class="now"><span data-word="step"></span><input type="text" inputmode="numeric" data-part="at" data-label="scrub" data-tip="step_help" autocomplete="off" maxlength="7"><span data-part="now"></span></label>
    <div class="group pace">
      <select data-part="speed" data-label="speed" data-tip="speed"></select>
      <button type="button" data-do="slow" data-tip="slow" class="toggle icon" aria-pressed="false"><svg viewBox="0 0 24 24"><path class="line" d="M4 6v12M20 6v12"/><path d="M9 8l6 4-6 4z"/></svg></button>
      <button type="button" data-do="loop" data-tip="loop" class="toggle icon" aria-pressed="false"><svg viewBox="0 0 24 24"><path class="line" d="M17 3l3 3-3 3M20 6H8a4 4 0 0 0-4 4v1M7 21l-3-3 3-3M4 18h12a4 4 0 0 0 4-4v-1"/></svg></button>
    </div>
    <div class="group">
      <button type="button" data-do="copy" data-tip="copy" class="icon"><svg viewBox="0 0 24 24"><path class="line" d="M10 14a4 4 0 0 0 6 .5l3-3a4 4 0 0 0-6-6l-1.5 1.5M14 10a4 4 0 0 0-6-.5l-3 3a4 4 0 0 0 6 6l1.5-1.5"/></svg></button>
      <button type="button" data-do="whatif" data-tip="whatif" data-word="whatif_short" class="toggle" aria-pressed="false"></button>
      <button type="button" data-do="view" data-tip="view" data-word="view_short" class="toggle" aria-expanded="false"></button>
      <button type="button" data-do="help" data-tip="help" class="toggle round" aria-expanded="false">?</button>
    </div>
    <div class="options" data-part="options" role="group" data-label="view" hidden>
      <label data-part="layer-box"><span data-word="layer"></span><select data-part="layer"></select></label>
      <label data-part="order-box"><span data-word="order"></span><span class="pair"><select data-part="order"></select><button type="button" data-do="turn" data-tip="turn" class="toggle icon" aria-pressed="false">\u21C5</button></span></label>
      <label><span data-word="subset"></span><input type="text" data-part="subset" maxlength="200" autocomplete="off" spellcheck="false" data-hint="subset_hint" data-tip="subset_help"></label>
      <label><span data-word="range"></span><span class="pair"><input type="text" data-part="range" maxlength="20" autocomplete="off" spellcheck="false" data-hint="range_hint" data-tip="range_help"><button type="button" data-do="whole" data-tip="zoom_reset" data-word="zoom_reset_short" data-part="whole"></button></span></label>
      <label data-part="stat-box"><span data-word="statistic"></span><select data-part="stat"></select></label>
      <span class="problem" data-part="problem" role="alert"></span>
      <div class="row"><span data-word="panels"></span><div class="group" data-part="shows" role="group" data-label="panels"></div></div>
      <div class="row"><span data-word="colours"></span><button type="button" data-do="stretch" data-tip="stretch" data-word="stretch_short" class="toggle" aria-pressed="false"></button></div>
      <div class="row" data-part="look-box"><span data-word="look"></span><div class="group" data-part="looks" role="group" data-label="look"></div></div>
      <div class="row" data-part="type-box"><span data-word="hall"></span><div class="group"><button type="button" data-do="projector" data-tip="projector" data-word="projector_short" class="toggle" aria-pressed="false"></button><button type="button" data-do="contrast" data-tip="contrast" data-word="contrast_short" class="toggle" aria-pressed="false"></button></div></div>
      <div class="row" data-part="own"><span data-word="inputs"></span><button type="button" data-do="own" data-tip="own" data-word="own_short" class="toggle" aria-pressed="false"></button></div>
      <button type="button" data-do="figure" data-tip="figure" data-word="figure_short" class="toggle" aria-pressed="false" data-part="figure"></button>
    </div>
    <div class="help" data-part="help" hidden></div>
  </div>
  <div class="bench" data-part="bench" role="group" hidden></div>
  <div class="body">
    <div class="main">
      <p class="pooled" data-part="pooled"></p>
      <div class="panels" data-part="panels" tabindex="0" role="application" data-label="panels_name" data-roledescription="panels_role">
        <canvas data-part="heat" aria-hidden="true"></canvas>
        <div class="titles" data-part="titles"></div>
        <canvas data-part="over" aria-hidden="true"></canvas>
        <div class="tip" data-part="tip" hidden></div>
        <div class="hint" data-part="hint" hidden></div>
      </div>
    </div>
    <aside class="side">
      <div class="cell-head">
        <div class="chosen" data-part="chosen"></div>
        <div class="group segments" role="group" data-label="diagram">
          <button type="button" data-do="unit" data-word="diagram_unit" class="toggle" aria-pressed="true"></button>
          <button type="button" data-do="whole-layer" data-word="diagram_layer" class="toggle" aria-pressed="false"></button>
          <button type="button" data-do="over-time" data-word="diagram_lines" class="toggle" aria-pressed="false"></button>
        </div>
      </div>
      <p class="says" data-part="says" hidden></p>
      <div class="cell" data-part="cell"></div>
      <div class="lines" data-part="lines" hidden></div>
      <div class="written-head">
        <h4 data-part="equations" data-word="equations"></h4><p class="phase" data-part="phase" hidden></p>
        <div class="group segments" data-part="writings" role="group" data-label="written"></div>
      </div>
      <div class="gates" data-part="gates" role="group" data-label="explain_which"></div>
      <div class="why" data-part="why" tabindex="-1"></div>
    </aside>
  </div>
  <p class="aside" data-part="aside" data-word="whatif_aside" hidden></p>
</div>
  <div class="heard" data-part="heard" aria-live="polite"></div>
</div>`;

/**
 * The elements of a stage by what they are for.
 * @typedef {Record<"menus" | "bench" | "shows" | "own" | "looks" | "look-box" | "type-box" | "status" | "more" | "options" | "layer-box" | "order-box" | "stat-box" | "now" | "problem" | "help" | "pooled" | "panels" | "titles" | "tip" | "hint"
 *   | "chosen" | "says" | "aside" | "cell" | "lines" | "equations" | "writings" | "phase" | "gates" | "why" | "heard", HTMLElement>
 *   & Record<"heat" | "over", HTMLCanvasElement> & Record<"scrub" | "at" | "subset" | "range", HTMLInputElement>
 *   & Record<"speed" | "layer" | "order" | "stat", HTMLSelectElement> & Record<"whole" | "figure", HTMLButtonElement>} Parts
 */

/** @typedef {"first" | "back" | "play" | "forward" | "last" | "slow" | "loop" | "whatif" | "view" | "copy" | "projector" | "contrast" | "turn" | "stretch" | "own" | "whole" | "figure" | "help" | "unit" | "whole-layer" | "over-time"} Deed */

/**
 * Put a stage's elements and its styles into a host.
 * @param {HTMLElement} host
 * @param {() => void} dressed  the styles have come, or will not
 * @returns {{root: HTMLElement, part: Parts, buttons: Record<Deed, HTMLButtonElement>, remove: () => void}}
 */
export function build(host, dressed) {
  const made = document.createElement("div");
  made.innerHTML = MARKUP;
  const root = /** @type {HTMLElement} */ (made.firstElementChild);
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: new URL("./stage.css", import.meta.url).href });
  let gone = false;
  const show = () => {
    if (gone) return;
    root.style.visibility = "";
    dressed();
  };
  link.addEventListener("load", show, { once: true });
  link.addEventListener("error", show, { once: true });
  host.append(link, root);
  const named = (/** @type {"part" | "do"} */ by) => {
    const all = /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll(`[data-${by}]`));
    return Object.fromEntries([...all].map((each) => [each.dataset[by], each]));
  };
  return {
    root,
    part: /** @type {Parts} */ (named("part")),
    buttons: /** @type {Record<Deed, HTMLButtonElement>} */ (named("do")),
    remove: () => {
      gone = true;
      link.remove();
      root.remove();
    },
  };
}

/**
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
