// @ts-check
// Where the views of one widget stand in the page, and how they move on when a notebook replaces its outputs.
import { stylePage } from "./styles.js";
import { View } from "./view.js";
/** @import { Store } from "./model/store.js" */
/** @import { Change } from "./types.js" */

const SETTLED_MS = 300;
const EVICTED_MS = 3000;

/** One view and its output. */
class Output {
  /** Whether it stands where a notebook's file has its table. */ isSettled = false;

  /** @param {Store} store @param {HTMLElement} place @param {() => void} moveAllIn */
  constructor(store, place, moveAllIn) {
    this.store = store;
    this.view = new View(store);
    this.changes = new MutationObserver(() => this.isConnected || moveAllIn());
    place.append(this.view.host);
    this.onStore = (/** @type {Change} */ what) => what === "table" && this.settle();
    store.views.add(this.onStore);
    this.settle();
  }

  get isConnected() {
    return this.view.host.isConnected;
  }

  /** @param {HTMLElement} place */
  moveInto(place) {
    this.isSettled = true;
    this.view.moveInto(place);
    this.watch();
  }

  watch() {
    const output = this.view.host.closest(".jp-OutputArea");
    this.changes.disconnect();
    if (output) this.changes.observe(output, { childList: true, subtree: true });
  }

  /** In a notebook that keeps up with its outputs, let its file name no widget that nobody can find later. */
  settle() {
    const { table } = this.store;
    if (this.isSettled || !table.header || table.isPartial) return;
    this.isSettled = true;
    setTimeout(() => {
      if (!this.view.host.closest(".jp-NotebookPanel") || this.view.host.closest(".bnb-place")) return;
      this.watch();
      this.store.ask("hold");
    }, SETTLED_MS);
  }

  leave() {
    this.view.host.parentElement?.classList.remove("bnb-live");
    this.dispose();
  }

  dispose() {
    this.store.views.delete(this.onStore);
    this.changes.disconnect();
    this.view.dispose();
  }
}

/** All outputs of one widget in this page. */
export class Outputs {
  /** @type {Set<Output>} */ all = new Set();

  /** @param {Store} store */
  constructor(store) {
    this.store = store;
    // Runs wherever the place of this picker comes into the page, however late: after a reload, or from out of sight.
    this.placed = (/** @type {AnimationEvent} */ event) => event.animationName === "bnb-placed" && this.moveIn(/** @type {HTMLElement} */ (event.target));
    document.addEventListener("animationstart", this.placed);
    // After a reload of the page, what was set a moment ago is there.
    this.leaving = () => store.viewState.say();
    window.addEventListener("pagehide", this.leaving);
    stylePage();
  }

  dispose() {
    document.removeEventListener("animationstart", this.placed);
    window.removeEventListener("pagehide", this.leaving);
    for (const output of this.all) output.leave();
    this.all.clear();
  }

  /** @param {HTMLElement} place */
  open(place) {
    const output = new Output(this.store, place, () => this.moveAllIn());
    this.all.add(output);
    return output;
  }

  /**
   * A notebook's file names no widget: it has a static table, in an element with the class of this picker.
   * The picker moves in there, and the file stays readable without a kernel.
   * @param {HTMLElement} place
   */
  moveIn(place) {
    const name = this.store.state.place;
    if (!name || !place.classList.contains(name) || place.querySelector(".bnb-host")) return;
    // A view whose output was replaced moves on to where it is shown now, with the focus and all that is typed.
    const output = [...this.all].find((one) => !one.isConnected) ?? this.open(place);
    place.classList.add("bnb-live");
    output.moveInto(place);
  }

  moveAllIn() {
    const name = this.store.state.place;
    if (name) document.querySelectorAll(`.${name}`).forEach((place) => this.moveIn(/** @type {HTMLElement} */ (place)));
  }

  /** Its output is gone, perhaps for a place that it can move into. @param {Output} output */
  evict(output) {
    this.store.viewState.say();
    output.view.host.remove();
    setTimeout(() => {
      if (output.isConnected) return;
      output.dispose();
      this.all.delete(output);
    }, EVICTED_MS);
  }
}
