// A message as gruviz/protocol/message.py documents it, written a second time, so that both sides are held to the document.

/**
 * @param {object} header
 * @param {Record<string, {shape: number[], type: "f4" | "i4", values: number[]}>} arrays
 * @returns {Uint8Array}
 */
export function packed(header, arrays = {}) {
  const places = {};
  let offset = 0;
  for (const [name, { shape, type, values }] of Object.entries(arrays)) {
    places[name] = { offset, shape, type };
    offset += Math.ceil((values.length * 4) / 8) * 8;
  }
  let json = new TextEncoder().encode(JSON.stringify({ ...header, arrays: places }));
  const padded = Math.ceil((4 + json.length) / 8) * 8 - 4;
  json = Uint8Array.from({ length: padded }, (_, k) => json[k] ?? 32);
  const message = new Uint8Array(4 + padded + offset),
    view = new DataView(message.buffer);
  view.setUint32(0, padded, true);
  message.set(json, 4);
  for (const [name, { type, values }] of Object.entries(arrays)) {
    values.forEach((value, k) => {
      const at = 4 + padded + places[name].offset + 4 * k;
      if (type === "i4") view.setInt32(at, value, true);
      else view.setFloat32(at, value, true);
    });
  }
  return message;
}

/**
 * The same bytes, beginning at an odd place of a larger buffer, as they come from the page's connection.
 * @param {Uint8Array} message
 */
export function unaligned(message, by = 3) {
  const held = new Uint8Array(message.length + by + 5).fill(0xff);
  held.set(message, by);
  return held.subarray(by, by + message.length);
}
