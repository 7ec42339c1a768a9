// @ts-check
// Whether the page is dark: by what JupyterLab says, or else by its colours.

/** How light a colour is, from 0 to 1, or null if nothing of it can be seen. @param {string} color as computed */
export function lightness(color) {
  const [red, green, blue, alpha = 1] = (color.match(/[\d.]+/g) ?? []).map(Number);
  if (blue === undefined || alpha < 0.5) return null;
  // Newer notations count to 1.
  const whole = color.startsWith("rgb") ? 255 : 1;
  return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / whole;
}

/** @param {HTMLElement} host */
function isDark(host) {
  const said = document.body.dataset.jpThemeLight;
  if (said !== undefined) return said === "false";
  for (let one = host.parentNode; one; one = one instanceof ShadowRoot ? one.host : one.parentNode) {
    const light = one instanceof Element ? lightness(getComputedStyle(one).backgroundColor) : null;
    if (light !== null) return light < 0.5;
  }
  // Nothing has a background: where text is light, it is meant for a dark one.
  return (lightness(getComputedStyle(host.parentElement ?? document.body).color) ?? 0) > 0.5;
}

export class Theme {
  /** @param {HTMLElement} host gets the attribute `data-dark` in a dark page */
  constructor(host) {
    this.host = host;
    this.changes = new MutationObserver(() => this.show());
    for (const one of [document.documentElement, document.body]) this.changes.observe(one, { attributes: true });
    this.preference = matchMedia("(prefers-color-scheme: dark)");
    this.onPreference = () => this.show();
    this.preference.addEventListener("change", this.onPreference);
  }

  dispose() {
    this.changes.disconnect();
    this.preference.removeEventListener("change", this.onPreference);
  }

  show() {
    if (this.host.isConnected) this.host.toggleAttribute("data-dark", isDark(this.host));
  }
}
