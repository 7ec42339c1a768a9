// @ts-check
// What became of a run: the sentence, the first failure, and what can be done about it.
import { button, element, factList, pill } from "../dom.js";
import { plural, shown } from "../text.js";
/** @import { Store } from "../model/store.js" */

export class Result {
  /** The sentence. @type {HTMLElement | undefined} */ title;
  /** What is shown, so that it is not built again for nothing. @type {string | undefined} */ key;

  /** @param {Store} store */
  constructor(store) {
    this.store = store;
    this.element = element("div", { class: "bnb-result" });
  }

  show() {
    const { result, state: { phase }, kernel: { lost } } = this.store;
    const key = JSON.stringify([result, phase, lost]);
    if (this.key === key) return;
    this.key = key;
    if (!result || phase === "running" || phase === "confirming") {
      this.element.replaceChildren();
      return;
    }
    const facts = element("details", {}, [element("summary", {}, ["Where, why and how long"]), factList(result.facts)]);
    const all = button(`Show all ${plural(this.store.table.rows, "job")}`, () => this.store.showAll());
    const again = result.failures && lost === null ? button(`Select the ${result.failures.toLocaleString("en-US")} that did not end`, () => this.store.selectFailed(), { class: "bnb-button bnb-primary" }) : null;
    const done = lost === null ? button("Done", () => this.store.finish()) : null;
    this.title = element("p", { class: "bnb-summary", tabindex: "-1" }, [pill(result.ok ? "done" : plural(result.failures, "failure"), result.ok ? "done" : "bad"), ` ${shown(result.summary, 500)}`]);
    const first = result.first ? element("p", { class: "bnb-first" }, [result.failures > 1 ? "The first failure: " : "", shown(result.first, 1200)]) : null;
    this.element.replaceChildren(this.title, ...(first ? [first] : []), element("div", { class: "bnb-bar" }, [again, all, done]), facts);
  }
}
