// Decoder of messages from gruviz.protocol.message. Format, little endian:
//   uint32 N | N bytes of JSON, padded so that 4 + N = 8 k | the arrays, each at a multiple of 8 bytes

/** @import { Table, Tables } from "../model/table.js" */
import { tableOf } from "../model/table.js";

/** @typedef {{header: Record<string, any>, arrays: Tables}} Message */

/**
 * Decode a message. Its arrays are views of one aligned copy.
 * @param {Uint8Array | ArrayBuffer} bytes  a Uint8Array may start anywhere in its buffer
 * @returns {{header: Record<string, any>, arrays: Tables}}
 */
export function unpack(bytes) {
  const { buffer } = new Uint8Array(bytes);
  const size = new DataView(buffer).getUint32(0, true);
  const { arrays: places = {}, ...header } = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, size)));
  /** @type {Tables} */
  const arrays = {};
  for (const [name, { offset, shape, type }] of Object.entries(places)) {
    const Kind = type === "i4" ? Int32Array : Float32Array,
      [columns = 1, ...rest] = shape;
    const rows = rest.reduce((/** @type {number} */ a, /** @type {number} */ b) => a * b, 1);
    arrays[name] = tableOf(new Kind(buffer, 4 + size + offset, columns * rows), columns, rows);
  }
  return { header, arrays };
}

/**
 * Return the arrays named "key/...", without the key: those of one stage in a message for several.
 * @param {Tables} arrays
 * @param {string} key
 * @returns {Tables}
 */
export function arraysFor(arrays, key) {
  const own = Object.entries(arrays).filter(([name]) => name.startsWith(`${key}/`));
  return Object.fromEntries(own.map(([name, table]) => [name.slice(key.length + 1), table]));
}
