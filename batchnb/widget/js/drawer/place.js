// @ts-check
// Where the drawer stands: beside the list, over the right of a review, or in front of either where that is narrow.

/** Below this width, it covers what is beside it. */
const DRAWER_NARROW = 720;

export class DrawerPlace {
  /** @param {HTMLElement} element @param {() => boolean} isOpen */
  constructor(element, isOpen) {
    this.element = element;
    this.isOpen = isOpen;
    this.sizes = new ResizeObserver(() => this.fit());
  }

  dispose() {
    this.sizes.disconnect();
  }

  /** Stand in this element from now on. @param {HTMLElement} place @param {boolean} isReview @returns {boolean} whether it stood elsewhere */
  standIn(place, isReview) {
    if (this.element.parentElement === place && this.watched === place) return false;
    if (this.covered) this.covered.inert = false;
    this.sizes.disconnect();
    this.sizes.observe(place);
    this.watched = place;
    if (this.element.parentElement !== place) place.append(this.element);
    this.element.classList.toggle("bnb-over-review", isReview);
    this.fit();
    return true;
  }

  /** What is watched for its size. @type {HTMLElement | null} */ watched = null;

  get covers() {
    return this.element.classList.contains("bnb-covers");
  }

  /** What it stands beside, or over. @returns {HTMLElement | null} */
  get covered() {
    return this.element.parentElement?.querySelector(":scope > .bnb-list, :scope > .bnb-review") ?? null;
  }

  fit() {
    const place = this.element.parentElement;
    if (!place?.clientWidth) return;
    this.element.classList.toggle("bnb-covers", place.clientWidth < DRAWER_NARROW);
    // Over a review it ends where the bar with the final button begins.
    const { covered } = this;
    this.element.style.bottom = covered?.matches(".bnb-review") ? `${place.clientHeight - covered.offsetHeight}px` : "";
    // What is covered cannot have the focus.
    if (covered) covered.inert = this.isOpen() && this.covers;
  }
}
