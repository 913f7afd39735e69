// Parser of inline Markdown in one paragraph: bold, italic, code, links to places, escaped signs.

/**
 * A piece of a paragraph. The name of a link is the key of a place.
 * @typedef {{kind: "text" | "code", text: string} | {kind: "bold" | "italic", parts: Inline[]} | {kind: "link", name: string, parts: Inline[]}} Inline
 */

// an escaped sign, `code`, [words](name), **bold**, *italic*
const INLINE = /\\([!-/:-@[-`{-~])|`([^`]+)`|\[([^\]]+)\]\((\w+)\)|\*\*(.+?)\*\*|\*(?=\S)([^*]+?)\*/g;

/**
 * Parse inline Markdown into pieces without any Markdown sign.
 * @param {string} text
 * @returns {Inline[]}
 */
export function parseInline(text) {
  /** @type {Inline[]} */
  const pieces = [];
  const plain = (/** @type {string} */ more) => {
    const last = pieces[pieces.length - 1];
    if (last?.kind === "text" && more) last.text += more;
    else if (more) pieces.push({ kind: "text", text: more });
  };
  let end = 0;
  for (const match of text.matchAll(INLINE)) {
    const [all, sign, code, words, name, bold, italic] = match;
    plain(text.slice(end, match.index));
    end = match.index + all.length;
    if (sign) plain(sign);
    else if (code) pieces.push({ kind: "code", text: code });
    else if (words) pieces.push({ kind: "link", name, parts: parseInline(words) });
    else if (bold) pieces.push({ kind: "bold", parts: parseInline(bold) });
    else pieces.push({ kind: "italic", parts: parseInline(italic) });
  }
  plain(text.slice(end));
  return pieces;
}
