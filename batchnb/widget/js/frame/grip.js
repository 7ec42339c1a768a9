// @ts-check
// The grip below the list, by which a person makes it higher or lower.
import { element } from "../dom.js";

export const USUAL_HEIGHT = 390;
const LEAST_LIST = 140;
const MOST_LIST = 1200;
const LIST_STEP = 28;

/** @param {number} height in pixels @returns {number} a height that the list can have */
export const listHeight = (height) => (Number.isFinite(height) ? Math.round(Math.min(MOST_LIST, Math.max(LEAST_LIST, height))) : USUAL_HEIGHT);

/** The height after a key, or null where the key does nothing. @param {number} height @param {string} key */
export function heightAfter(height, key) {
  if (key === "ArrowUp") return listHeight(height - LIST_STEP);
  if (key === "ArrowDown") return listHeight(height + LIST_STEP);
  if (key === "Home") return LEAST_LIST;
  return key === "End" ? MOST_LIST : null;
}

export class Grip {
  height = USUAL_HEIGHT;

  /**
   * @param {HTMLElement} root gets the height as `--bnb-stage`
   * @param {{measure(): number, change(): void}} view says how high the list is at the moment, and hears of each change by a person
   */
  constructor(root, view) {
    this.root = root;
    this.view = view;
    this.element = element("div", {
      class: "bnb-rule", role: "separator", tabindex: "0", "aria-orientation": "horizontal", "aria-label": "Height of the list",
      "aria-valuemin": LEAST_LIST, "aria-valuemax": MOST_LIST, title: "Drag to make the list higher or lower. Double click for the usual height.",
      onpointerdown: (/** @type {PointerEvent} */ event) => this.drag(event),
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.press(event),
      ondblclick: () => this.choose(USUAL_HEIGHT),
    });
    this.set(USUAL_HEIGHT);
  }

  /** The height that is wanted, in pixels. */
  get() {
    return this.height;
  }

  /** @param {number} height in pixels */
  set(height) {
    this.height = listHeight(height);
    this.root.style.setProperty("--bnb-stage", `${this.height}px`);
    this.element.setAttribute("aria-valuenow", String(this.height));
  }

  /** @param {number} height that a person wants */
  choose(height) {
    const before = this.height;
    this.set(height);
    if (this.height !== before) this.view.change();
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    const height = event.altKey || event.ctrlKey || event.metaKey ? null : heightAfter(this.height, event.key);
    if (height === null) return;
    event.preventDefault();
    this.choose(height);
  }

  /** @param {PointerEvent} event */
  drag(event) {
    if (event.button) return;
    const { element: grip } = this;
    // From how high it is, which may be less than is wanted.
    const [start, height] = [event.clientY, this.view.measure()];
    grip.setPointerCapture(event.pointerId);
    grip.onpointermove = (move) => move.clientY !== start && this.choose(height + move.clientY - start);
    grip.onpointerup = grip.onpointercancel = () => (grip.onpointermove = null);
  }
}
