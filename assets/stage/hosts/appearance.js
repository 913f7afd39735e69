// Appearance of the page: light or dark, size of type, contrast. It is saved in the address, and Streamlit's theme follows
// it. Streamlit has no event for a change of its theme, so the theme is read from the page's colours.

import { changeAddress } from "./address.js";

/** Values of each aspect, the default first. */
export const ASPECTS = /** @type {const} */ ({
  look: ["auto", "light", "dark"],
  type: ["normal", "projector"],
  contrast: ["normal", "high"],
});

/** @typedef {keyof typeof ASPECTS} Aspect */
/** @typedef {Record<Aspect, string>} AppearanceValues */

// as .streamlit/config.toml has them
const THEMES = {
  light: { base: 0, primaryColor: "#176b7a", baseRadius: "medium" },
  dark: { base: 1, primaryColor: "#4fb3c4", baseRadius: "medium" },
};

/**
 * Return the appearance in an address.
 * @param {string} search
 * @returns {AppearanceValues}
 */
export function appearanceOf(search) {
  const params = new URLSearchParams(search);
  const of = (/** @type {Aspect} */ aspect) =>
    ASPECTS[aspect].find((one) => one === params.get(aspect)) ?? ASPECTS[aspect][0];
  return { look: of("look"), type: of("type"), contrast: of("contrast") };
}

/** Theme, type size and contrast of the page. */
export class Appearance {
  /** @param {() => void} onChange  called when the stages have to redraw */
  constructor(onChange) {
    this.onChange = onChange;
    this.settings = appearanceOf(window.location.search);
    this.dark = matchMedia("(prefers-color-scheme: dark)");
    this.more = matchMedia("(prefers-contrast: more)");
    this.hasSetTheme = false; // Streamlit's theme was set from here
    this.markType();
  }

  /**
   * @param {Aspect} aspect
   * @param {string} value
   */
  set(aspect, value) {
    if (!ASPECTS[aspect].some((one) => one === value)) return;
    this.settings = { ...this.settings, [aspect]: value };
    this.markType();
    this.writeAddress();
    this.applyTheme();
    this.onChange();
  }

  /**
   * Set an aspect to its next value.
   * @param {Aspect} aspect
   */
  turn(aspect) {
    const all = /** @type {readonly string[]} */ (ASPECTS[aspect]);
    this.set(aspect, all[(all.indexOf(this.settings[aspect]) + 1) % all.length]);
  }

  /** Write the appearance to the address. */
  writeAddress() {
    changeAddress((url) => {
      for (const [aspect, [initial]] of Object.entries(ASPECTS)) {
        const value = this.settings[/** @type {Aspect} */ (aspect)];
        if (value === initial) url.searchParams.delete(aspect);
        else url.searchParams.set(aspect, value);
      }
    });
  }

  /** Set the attribute by which assets/page.css scales the type of Streamlit's elements. */
  markType() {
    document.documentElement.dataset.gruvizType = this.settings.type;
  }

  /** Read the appearance again, after Back or Forward. */
  readAddress() {
    this.settings = appearanceOf(window.location.search);
    this.markType();
    this.applyTheme();
    this.onChange();
  }

  /** The theme that the settings ask for. @returns {"light" | "dark"} */
  get theme() {
    const { look } = this.settings;
    return look === "auto" ? (this.dark.matches ? "dark" : "light") : look === "dark" ? "dark" : "light";
  }

  /** The type size and contrast that apply. The system may ask for more contrast. */
  get current() {
    const { type, contrast } = this.settings;
    return { type, contrast: this.more.matches ? "high" : contrast };
  }

  /** Switch Streamlit's theme to match. */
  applyTheme() {
    if (!this.hasSetTheme && this.theme === pageTheme()) return;
    this.hasSetTheme = true;
    window.postMessage(
      { stCommVersion: 1, type: "SET_CUSTOM_THEME_CONFIG", themeInfo: THEMES[this.theme] },
      window.location.origin,
    );
  }

  /**
   * Follow the system's colour scheme and contrast.
   * @param {AbortSignal} signal
   */
  listen(signal) {
    this.dark.addEventListener(
      "change",
      () => {
        if (this.hasSetTheme) this.applyTheme();
      },
      { signal },
    );
    this.more.addEventListener("change", () => this.onChange(), { signal });
  }
}

/**
 * Copy the page's address.
 * @returns {Promise<boolean>} whether it was copied
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
    const isCopied = document.execCommand("copy");
    field.remove();
    return isCopied;
  }
}

/** Return the theme of Streamlit's page. @returns {"light" | "dark"} */
export function pageTheme() {
  const page = document.querySelector("[data-testid=stApp]") ?? document.body;
  const [red, green, blue, alpha = 1] = (
    getComputedStyle(page).backgroundColor.match(/[\d.]+/g) ?? [255, 255, 255]
  ).map(Number);
  return alpha > 0 && red + green + blue < 384 ? "dark" : "light";
}

/**
 * Call a function two frames from now: the colours of a new theme are there one frame after Streamlit's call.
 * @param {() => void} act
 * @returns {() => void} cancel
 */
export function afterThemeChange(act) {
  let frame = requestAnimationFrame(() => {
    frame = requestAnimationFrame(act);
  });
  return () => cancelAnimationFrame(frame);
}
