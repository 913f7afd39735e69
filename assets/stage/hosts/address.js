// The page's address (URL): fields of the stages, and fields of the page around them.

const PAUSE = 250; // ms; browsers refuse more than about a hundred changes in 30 s

/**
 * Change the address.
 * @param {(url: URL) => void} change
 * @param {boolean} [isNewEntry]  add an entry to the history, so that Back returns to the old address
 */
export function changeAddress(change, isNewEntry) {
  const url = new URL(window.location.href),
    { history } = window;
  change(url);
  if (url.href === window.location.href) return;
  if (isNewEntry) history.pushState(history.state, "", url);
  else history.replaceState(history.state, "", url);
}

/** Fields of one stage in the address, each with the stage's prefix. */
export class StageAddress {
  /** @param {string} prefix  such as "a." */
  constructor(prefix) {
    this.prefix = prefix;
    /** @type {ReturnType<typeof setTimeout> | null} */
    this.timer = null;
    /** @type {Record<string, string | null>} */
    this.latest = {};
  }

  /**
   * Write fields, after a pause.
   * @param {Record<string, string | null>} fields  null removes a field
   */
  write(fields) {
    this.latest = fields;
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.writeNow();
    }, PAUSE);
  }

  writeNow() {
    changeAddress((url) => {
      for (const [name, text] of Object.entries(this.latest)) {
        if (text === null) url.searchParams.delete(this.prefix + name);
        else url.searchParams.set(this.prefix + name, text);
      }
    });
  }

  /** Write pending fields at once. */
  flush() {
    if (this.timer === null) return;
    this.destroy();
    this.writeNow();
  }

  /** Discard pending fields. */
  destroy() {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }
}

/**
 * Replace the fields of the page, which are those with one of its names or prefixes, by `query`.
 * @param {{names: string[], prefixes: string[], query: Record<string, string>}} page
 * @param {boolean} isNewEntry  add an entry to the history
 */
export function writePagePart({ names, prefixes, query }, isNewEntry) {
  changeAddress((url) => {
    for (const key of [...url.searchParams.keys()]) {
      if (names.includes(key) || prefixes.some((prefix) => key.startsWith(prefix))) url.searchParams.delete(key);
    }
    for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value);
  }, isNewEntry);
}
