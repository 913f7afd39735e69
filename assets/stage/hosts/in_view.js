// Lazy mounting: a stage exists only while its host is near the visible part of the page.

/** @import { Stage } from "../stage.js" */

/**
 * Mount a stage once its host comes near the visible part of the page, and remove it once the host is far.
 * @param {HTMLElement} host  keeps its height while the stage is removed
 * @param {() => Stage} make  mounts the stage
 * @param {string} [near]  distance at which it is mounted, as a CSS margin
 * @returns {() => void} stop observing, and remove the stage
 */
export function whenInView(host, make, near = "400px") {
  /** @type {Stage | null} */
  let stage = null;
  const leave = () => {
    if (!stage) return;
    host.style.minHeight = `${host.offsetHeight}px`;
    stage.destroy();
    stage = null;
  };
  const observer = new IntersectionObserver(
    (entries) => {
      const { isIntersecting } = entries[entries.length - 1];
      if (isIntersecting) stage ??= make();
      else leave();
    },
    { rootMargin: near },
  );
  observer.observe(host);
  return () => {
    observer.disconnect();
    leave();
  };
}
