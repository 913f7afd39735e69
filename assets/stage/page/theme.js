// The page's theme, read from its colours: nobody tells when it is switched.

/** @returns {"light" | "dark"} */
export function pageTheme() {
  const page = document.querySelector("[data-testid=stApp]") ?? document.body;
  const [red, green, blue, alpha = 1] = (getComputedStyle(page).backgroundColor.match(/[\d.]+/g) ?? [255, 255, 255]).map(Number);
  return alpha > 0 && red + green + blue < 384 ? "dark" : "light";
}

/**
 * Two frames from now: a new theme's colours are in place a frame after Streamlit's call.
 * @param {() => void} act
 * @returns {() => void} not after all
 */
export function whenDressed(act) {
  let frame = requestAnimationFrame(() => { frame = requestAnimationFrame(act); });
  return () => cancelAnimationFrame(frame);
}
