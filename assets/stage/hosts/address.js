// The page's address: what of it a stage writes, and what the page around the stages does.

const PAUSE = 250; // ms; browsers refuse more than about a hundred changes in 30 s

/**
 * @param {(url: URL) => void} change
 * @param {boolean} [anew]  as an entry of its own, to which Back leads
 */
export function changeAddress(change, anew) {
  const url = new URL(window.location.href),
    { history } = window;
  change(url);
  if (url.href === window.location.href) return;
  if (anew) history.pushState(history.state, "", url);
  else history.replaceState(history.state, "", url);
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
      this.put();
    }, PAUSE);
  }

  put() {
    changeAddress((url) => {
      for (const [name, text] of Object.entries(this.latest)) {
        if (text === null) url.searchParams.delete(this.prefix + name);
        else url.searchParams.set(this.prefix + name, text);
      }
    });
  }

  /** What waits to be written is there now. */
  flush() {
    if (this.timer === null) return;
    this.destroy();
    this.put();
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
 * @param {boolean} anew  Back shall lead to what the address is now
 */
export function writePagePart({ names, prefixes, query }, anew) {
  changeAddress((url) => {
    for (const key of [...url.searchParams.keys()]) {
      if (names.includes(key) || prefixes.some((prefix) => key.startsWith(prefix))) url.searchParams.delete(key);
    }
    for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value);
  }, anew);
}
