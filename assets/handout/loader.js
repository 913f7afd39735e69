// Unpacks what a handout carries: its modules into blob addresses, in an order in which each one's imports come first,
// then the scenes, each when it is shown. gruviz/handouts/document.py puts this script into the file.

const needs = /** @type {HTMLElement} */ (document.getElementById("needs")),
  damaged = /** @type {HTMLElement} */ (document.getElementById("damaged"));

/**
 * @param {Element | null} element  that holds base64 of gzip
 * @returns {Promise<Uint8Array>}
 */
async function unpack(element) {
  const text = atob(element?.textContent ?? "");
  const bytes = new Uint8Array(text.length);
  for (let k = 0; k < bytes.length; k++) bytes[k] = text.charCodeAt(k);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

async function openFile() {
  const { modules, ...given } = JSON.parse(new TextDecoder().decode(await unpack(document.getElementById("code"))));
  /** @type {string[]} */
  const addresses = [];
  for (const [type, source] of modules) {
    const linked = source.replace(
      /"@@(\d+)"/g,
      (/** @type {string} */ _, /** @type {string} */ k) => `"${addresses[+k]}"`,
    );
    addresses.push(URL.createObjectURL(new Blob([linked], { type })));
  }
  const { openHandout } = await import(addresses[addresses.length - 1]);
  const scenes = [...document.querySelectorAll("[data-scene]")].map((element) => () => unpack(element));
  const host = document.getElementById("handout");
  await openHandout(host, { ...given, scenes, language: document.documentElement.lang, title: document.title });
}

if (typeof DecompressionStream === "undefined") needs.hidden = false;
else
  openFile().catch((error) => {
    damaged.hidden = false;
    throw error;
  });
