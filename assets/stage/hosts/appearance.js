// How the page looks: light or dark, the size of type, the contrast. It is kept in the address; Streamlit's theme follows,
// and is read from its colours: nobody tells when it is switched.

import { changeAddress } from "./address.js";

/** What there is of each, the usual first. */
export const LOOKS = /** @type {const} */ ({
  look: ["auto", "light", "dark"],
  type: ["normal", "projector"],
  contrast: ["normal", "high"],
});

/** @typedef {keyof typeof LOOKS} Aspect */
/** @typedef {Record<Aspect, string>} AppearanceValues */

// as .streamlit/config.toml has them
const THEMES = {
  light: { base: 0, primaryColor: "#176b7a", baseRadius: "medium" },
  dark: { base: 1, primaryColor: "#4fb3c4", baseRadius: "medium" },
};

/**
 * What an address says.
 * @param {string} search
 * @returns {AppearanceValues}
 */
export function looksOf(search) {
  const given = new URLSearchParams(search);
  const of = (/** @type {Aspect} */ aspect) =>
    LOOKS[aspect].find((one) => one === given.get(aspect)) ?? LOOKS[aspect][0];
  return { look: of("look"), type: of("type"), contrast: of("contrast") };
}

export class Appearance {
  /** @param {() => void} changed  stages have to be dressed anew */
  constructor(changed) {
    this.changed = changed;
    this.held = looksOf(window.location.search);
    this.dark = matchMedia("(prefers-color-scheme: dark)");
    this.more = matchMedia("(prefers-contrast: more)");
    this.taken = false; // Streamlit's theme is no longer its own choice
    this.mark();
  }

  /**
   * @param {Aspect} aspect
   * @param {string} value
   */
  set(aspect, value) {
    if (!LOOKS[aspect].some((one) => one === value)) return;
    this.held = { ...this.held, [aspect]: value };
    this.mark();
    this.write();
    this.follow();
    this.changed();
  }

  /**
   * The next of its kind.
   * @param {Aspect} aspect
   */
  turn(aspect) {
    const all = /** @type {readonly string[]} */ (LOOKS[aspect]);
    this.set(aspect, all[(all.indexOf(this.held[aspect]) + 1) % all.length]);
  }

  /** Into the address of whichever page is shown. */
  write() {
    changeAddress((url) => {
      for (const [aspect, [usual]] of Object.entries(LOOKS)) {
        const value = this.held[/** @type {Aspect} */ (aspect)];
        if (value === usual) url.searchParams.delete(aspect);
        else url.searchParams.set(aspect, value);
      }
    });
  }

  /** For assets/page.css: what Streamlit draws grows with the stages. */
  mark() {
    document.documentElement.dataset.gruvizType = this.held.type;
  }

  /** An address one went back to. */
  read() {
    this.held = looksOf(window.location.search);
    this.mark();
    this.follow();
    this.changed();
  }

  /** The theme the page is to have. @returns {"light" | "dark"} */
  get theme() {
    const { look } = this.held;
    return look === "auto" ? (this.dark.matches ? "dark" : "light") : look === "dark" ? "dark" : "light";
  }

  /** Whether type is large, and contrast high; that may be the wish of the whole machine. */
  get shown() {
    const { type, contrast } = this.held;
    return { type, contrast: this.more.matches ? "high" : contrast };
  }

  /** Make Streamlit's theme the one wanted. */
  follow() {
    if (!this.taken && this.theme === pageTheme()) return;
    this.taken = true;
    window.postMessage(
      { stCommVersion: 1, type: "SET_CUSTOM_THEME_CONFIG", themeInfo: THEMES[this.theme] },
      window.location.origin,
    );
  }

  /**
   * Hear of the machine's own wishes.
   * @param {AbortSignal} signal
   */
  listen(signal) {
    this.dark.addEventListener(
      "change",
      () => {
        if (this.taken) this.follow();
      },
      { signal },
    );
    this.more.addEventListener("change", () => this.changed(), { signal });
  }
}

/**
 * Copy the page's address.
 * @returns {Promise<boolean>} whether it could be
 */
export async function copyAddress() {
  const { href } = window.location;
  try {
    if (!navigator.clipboard) throw new Error("no clipboard outside of a secure page");
    await navigator.clipboard.writeText(href);
    return true;
  } catch {
    const field = Object.assign(document.createElement("textarea"), { value: href, readOnly: true });
    field.style.cssText = "position: fixed; opacity: 0";
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }
}

/** @returns {"light" | "dark"} */
export function pageTheme() {
  const page = document.querySelector("[data-testid=stApp]") ?? document.body;
  const [red, green, blue, alpha = 1] = (
    getComputedStyle(page).backgroundColor.match(/[\d.]+/g) ?? [255, 255, 255]
  ).map(Number);
  return alpha > 0 && red + green + blue < 384 ? "dark" : "light";
}

/**
 * Two frames from now: a new theme's colours are in place a frame after Streamlit's call.
 * @param {() => void} act
 * @returns {() => void} not after all
 */
export function whenDressed(act) {
  let frame = requestAnimationFrame(() => {
    frame = requestAnimationFrame(act);
  });
  return () => cancelAnimationFrame(frame);
}
