// Colour tables of numbers. gruviz/drawing/colours.py defines domains and colours.

/** @import { Domain, Odd } from "../data/scene_types.js" */

const LEVELS = 4096;

/** @param {string} hex */
function rgb(hex) {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
}

// a pixel of ImageData as a little-endian number
const packPixel = (/** @type {number[]} */ [red, green, blue]) =>
  ((255 << 24) | (Math.round(blue) << 16) | (Math.round(green) << 8) | Math.round(red)) >>> 0;

/** Colours of one domain: a table for pixels, and CSS colours. */
export class Palette {
  /**
   * @param {Domain} domain
   * @param {Odd} odd
   */
  constructor({ low, high, colours, from = low }, odd) {
    this.low = low;
    this.from = from;
    this.high = high;
    const slack = 1e-6 * (high - low);
    this.bottom = low - slack;
    this.top = high + slack;
    this.nan = packPixel(rgb(odd.nan));
    this.outside = packPixel(rgb(odd.outside));
    const stops = colours.map(rgb);
    this.table = new Uint32Array(LEVELS + 1);
    for (let k = 0; k <= LEVELS; k++) {
      const at = (k / LEVELS) * (stops.length - 1),
        left = Math.min(Math.floor(at), stops.length - 2);
      this.table[k] = packPixel(stops[left].map((value, c) => value + (stops[left + 1][c] - value) * (at - left)));
    }
  }

  /**
   * Write the colours of values: values[k] to out[start + k * stride].
   * @param {Uint32Array} out
   * @param {number} start
   * @param {number} stride
   * @param {ArrayLike<number>} values
   */
  paint(out, start, stride, values) {
    const { table, low, bottom, top, nan, outside } = this,
      scale = LEVELS / (this.high - low),
      count = values.length;
    for (let k = 0, at = start; k < count; k++, at += stride) {
      const value = values[k];
      if (value !== value) out[at] = nan;
      else if (value < bottom || value > top) out[at] = outside;
      else {
        const level = ((value - low) * scale + 0.5) | 0;
        out[at] = table[level < 0 ? 0 : level > LEVELS ? LEVELS : level];
      }
    }
  }

  /**
   * @param {number} value
   * @returns {number} alpha, blue, green, red
   */
  pixel(value) {
    const one = new Uint32Array(1);
    this.paint(one, 0, 1, [value]);
    return one[0];
  }

  /**
   * @param {number} value
   * @returns {string}
   */
  css(value) {
    const pixel = this.pixel(value);
    return `rgb(${pixel & 255},${(pixel >> 8) & 255},${(pixel >> 16) & 255})`;
  }
}
