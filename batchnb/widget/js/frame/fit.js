// @ts-check
// How high the picker may be so that its bar can be seen with what stands above it: what scrolls around it shows no more.

/** What stays free above and below. */
const FREE_PIXELS = 32;
const LEAST_VISIBLE = 240;

/** @param {number} visible pixels of what scrolls around the picker @returns {number} the height it may have */
export const mostHeight = (visible) => Math.max(LEAST_VISIBLE, Math.floor(visible) - FREE_PIXELS);

/** The element around this one, out of any root. @param {Element} one @returns {Element | null} */
const around = (one) => one.parentElement ?? (one.parentNode instanceof ShadowRoot ? one.parentNode.host : null);

/** @param {Element} one */
const canScroll = (one) => /auto|scroll|overlay/.test(getComputedStyle(one).overflowY);

/** @param {Element} one */
const doesScroll = (one) => one.scrollHeight > one.clientHeight + 1;

export class Fit {
  /** What scrolls around the picker; null for the page itself. @type {Element | null} */ scroller = null;
  /** How high that was when it was measured. */ seen = 0;

  /** @param {HTMLElement} host @param {HTMLElement} root gets the height as `--bnb-visible` @param {() => void} change */
  constructor(host, root, change) {
    this.host = host;
    this.root = root;
    this.change = change;
    this.sizes = new ResizeObserver(() => this.measure());
    this.resized = () => this.measure();
    window.addEventListener("resize", this.resized);
  }

  dispose() {
    this.sizes.disconnect();
    window.removeEventListener("resize", this.resized);
  }

  measure() {
    if (!this.host.isConnected) return;
    const scroller = this.find();
    if (scroller !== this.scroller) {
      this.sizes.disconnect();
      if (scroller) this.sizes.observe(scroller);
      this.scroller = scroller;
    }
    this.seen = scroller?.clientHeight ?? window.innerHeight;
    this.root.style.setProperty("--bnb-visible", `${mostHeight(Math.min(this.seen, window.innerHeight))}px`);
    this.change();
  }

  /** The nearest element that scrolls. One that was found is kept while its height does not follow what is in it. */
  find() {
    const { scroller } = this;
    if (scroller?.isConnected && scroller.contains(this.host) && canScroll(scroller) && (doesScroll(scroller) || scroller.clientHeight === this.seen)) return scroller;
    for (let one = around(this.host); one && one !== document.body && one !== document.documentElement; one = around(one)) {
      if (canScroll(one) && doesScroll(one)) return one;
    }
    return null;
  }
}
