// @ts-check
// Controls that ask the kernel for something: marked where they are made, and off together while there is no kernel.

/** Marks a control that asks the kernel. It goes among the attributes of its element. */
export const ASKS_KERNEL = { "data-asks": true };
const ASKING = "[data-asks]";
export const NO_KERNEL = "The kernel is gone. Run the cell again.";

/** Why the selection cannot change now. @param {{kernel: {lost: string | null}}} store */
export const fixedText = ({ kernel }) => (kernel.lost === null ? "The selection is fixed until this is over." : NO_KERNEL);

/**
 * Turns all marked controls of a view off and on. They keep the focus, and say why they do nothing.
 * Controls that appear while the kernel is gone, as those of a menu, are found as well.
 */
export class AskingControls {
  /** What is off, and the title that it had. @type {Map<Element, string | null>} */ off = new Map();
  isOff = false;

  /**
   * @param {HTMLElement} root @param {{say(text: string): void, probe(): void}} actions `probe` asks whether the kernel is there
   * after all, which is heard by its answer
   */
  constructor(root, { say, probe }) {
    this.root = root;
    this.appearing = new MutationObserver(() => this.turnOff());
    root.addEventListener("click", (event) => {
      const target = /** @type {Element | null} */ (event.target);
      if (!this.isOff || !target?.closest(ASKING)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      say(NO_KERNEL);
      probe();
    }, { capture: true });
  }

  dispose() {
    this.appearing.disconnect();
  }

  /** @param {boolean} isOff whether there is no kernel to ask */
  show(isOff) {
    if (isOff === this.isOff) return;
    this.isOff = isOff;
    if (isOff) {
      this.turnOff();
      this.appearing.observe(this.root, { childList: true, subtree: true });
    } else {
      this.appearing.disconnect();
      this.turnOn();
    }
  }

  turnOff() {
    for (const one of this.root.querySelectorAll(`${ASKING}:not([aria-disabled="true"])`)) {
      this.off.set(one, one.getAttribute("title"));
      one.setAttribute("aria-disabled", "true");
      one.setAttribute("title", NO_KERNEL);
    }
  }

  turnOn() {
    for (const [one, title] of this.off) {
      one.removeAttribute("aria-disabled");
      if (title === null) one.removeAttribute("title");
      else one.setAttribute("title", title);
    }
    this.off.clear();
  }
}
