// @ts-check
// How much of a run is done, as a bar and as figures.
import { element } from "../dom.js";
import { shown } from "../text.js";

/** A meter in parts: ended, asked, and failed. */
export function meter() {
  const [done, asked, failures] = ["bnb-meter-done", "bnb-meter-asked", "bnb-meter-failed"].map((name) => element("span", { class: name }));
  const bar = element("div", { class: "bnb-meter", role: "progressbar", "aria-valuemin": "0", "aria-label": "Jobs seen to end" }, [done, asked, failures]);
  const share = (/** @type {number} */ part, /** @type {number} */ whole) => `${(100 * part) / Math.max(1, whole)}%`;
  return {
    element: bar,
    /** @param {number} ended @param {number} stopping @param {number} whole @param {number} failed */
    show(ended, stopping, whole, failed) {
      done.style.width = share(ended, whole);
      asked.style.width = share(stopping, whole);
      failures.style.width = share(Math.min(failed, whole - ended - stopping), whole);
      bar.setAttribute("aria-valuemax", String(whole));
      bar.setAttribute("aria-valuenow", String(ended));
      bar.setAttribute("aria-valuetext", `${ended.toLocaleString("en-US")} of ${whole.toLocaleString("en-US")} ended`);
    },
  };
}

/** Figures with their words, set apart by dots. @param {[string, string][]} figures */
export function figureSpans(figures) {
  return figures.flatMap(([number, words], at) => [at ? " · " : "", element("strong", {}, [number]), `${number ? " " : ""}${shown(words, 300)}`]);
}
