// Helpers to draw and measure on a canvas.

/**
 * @param {HTMLCanvasElement} canvas
 * @returns {CanvasRenderingContext2D}
 */
export function contextOf(canvas) {
  const context = canvas.getContext("2d");
  if (!context) throw new Error("no 2D context");
  return context;
}

const MOST = 3; // canvas pixels per CSS pixel
const ON_PAPER = 2; // Chromium rounds 1/ratio to 1/64: with 3 the picture would be smaller than its titles

/** @param {boolean} [fine]  for paper */
export function pixelRatio(fine) {
  return fine ? ON_PAPER : Math.min(window.devicePixelRatio || 1, MOST);
}

/**
 * Return the smallest of 1, 2, 5, 10, 20 ... that is at least `least`.
 * @param {number} least
 * @returns {number}
 */
export function niceStep(least) {
  const power = 10 ** Math.floor(Math.log10(Math.max(least, 1)));
  return Math.max(1, [1, 2, 5, 10].map((k) => k * power).find((step) => step >= least) ?? least);
}

/**
 * Shorten a text to a width.
 * @param {CanvasRenderingContext2D} context
 * @param {string} text
 * @param {number} room  px
 * @returns {string}
 */
export function shorten(context, text, room) {
  if (context.measureText(text).width <= room) return text;
  let short = text;
  while (short.length > 1 && context.measureText(`${short}\u2026`).width > room) short = short.slice(0, -1);
  return `${short}\u2026`;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} y
 * @param {number} width
 * @param {number} height
 * @param {number} radius
 */
export function roundedRect(context, x, y, width, height, radius) {
  context.beginPath();
  context.roundRect(x, y, width, height, Math.min(radius, width / 2, height / 2));
  context.fill();
}
