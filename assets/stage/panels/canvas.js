// Small things drawn and measured on a canvas.

/**
 * @param {HTMLCanvasElement} canvas
 * @returns {CanvasRenderingContext2D}
 */
export function contextOf(canvas) {
  const context = canvas.getContext("2d");
  if (!context) throw new Error("this canvas cannot be drawn on");
  return context;
}

const MOST = 3; // pixels of a canvas in a CSS pixel
const ON_PAPER = 2; // Chromium rounds the reciprocal to 1/64: with 3 the picture would be smaller than its titles

/** @param {boolean} [fine]  for paper */
export function pixelRatio(fine) {
  return fine ? ON_PAPER : Math.min(window.devicePixelRatio || 1, MOST);
}

/**
 * 1, 2, 5, 10, 20 ... at least `wanted`.
 * @param {number} wanted
 * @returns {number}
 */
export function niceStep(wanted) {
  const power = 10 ** Math.floor(Math.log10(Math.max(wanted, 1)));
  return Math.max(1, [1, 2, 5, 10].map((k) => k * power).find((step) => step >= wanted) ?? wanted);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {string} text
 * @param {number} room  px
 * @returns {string}
 */
export function shorten(context, text, room) {
  if (context.measureText(text).width <= room) return text;
  let cut = text;
  while (cut.length > 1 && context.measureText(`${cut}\u2026`).width > room) cut = cut.slice(0, -1);
  return `${cut}\u2026`;
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
