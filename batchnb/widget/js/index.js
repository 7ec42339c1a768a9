// @ts-check
// The picker in the browser: a table of jobs to filter, sort and select, the confirmation, and the result in place.
import { Store } from "./model/store.js";
import { Outputs } from "./outputs.js";
/** @import { Model } from "./types.js" */

/** What anywidget asks for: one store for a widget, and a view of it for each output. */
export default function picker() {
  /** @type {Outputs | null} */ let outputs = null;
  const start = (/** @type {Model} */ model) => {
    const store = new Store(model, () => outputs?.moveAllIn());
    outputs = new Outputs(store);
    return outputs;
  };
  return {
    /** @param {{model: Model}} context */
    initialize({ model }) {
      const all = start(model);
      return () => {
        all.dispose();
        all.store.dispose();
      };
    },
    /** @param {{model: Model, el: HTMLElement}} context */
    render({ model, el }) {
      const all = outputs ?? start(model);
      const output = all.open(el);
      return () => all.evict(output);
    },
  };
}
