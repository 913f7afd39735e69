// The page's address: what of it a stage writes, and what the page around the stages does.

const PAUSE = 250;  // ms; browsers refuse more than about a hundred changes in 30 s

/** @param {(url: URL) => void} change */
function rewrite(change) {
  const url = new URL(window.location.href);
  change(url);
  if (url.href !== window.location.href) window.history.replaceState(window.history.state, "", url);
}

/** One stage's part: its fields, each under the stage's prefix. */
export class StageAddress {
  /** @param {string} prefix such as "a." */
  constructor(prefix) {
    this.prefix = prefix;
    /** @type {ReturnType<typeof setTimeout> | null} */
    this.timer = null;
    /** @type {Record<string, string | null>} */
    this.latest = {};
  }

  /** @param {Record<string, string | null>} fields null takes a field out */
  write(fields) {
    this.latest = fields;
    this.timer ??= setTimeout(() => {
      this.timer = null;
      rewrite((url) => {
        for (const [name, text] of Object.entries(this.latest)) {
          if (text === null) url.searchParams.delete(this.prefix + name);
          else url.searchParams.set(this.prefix + name, text);
        }
      });
    }, PAUSE);
  }

  /** Nothing is written later. */
  destroy() {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }
}

/**
 * The part the page itself owns: `query` instead of all that bears one of its names or prefixes.
 * @param {{names: string[], prefixes: string[], query: Record<string, string>}} page
 */
export function writePagePart({ names, prefixes, query }) {
  rewrite((url) => {
    for (const key of [...url.searchParams.keys()]) {
      if (names.includes(key) || prefixes.some((prefix) => key.startsWith(prefix))) url.searchParams.delete(key);
    }
    for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value);
  });
}
