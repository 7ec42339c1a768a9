// @ts-check
// The first line of the bar: how many jobs are selected, what they have in use, and what changes the selection.
import { button, element } from "../dom.js";
import { AfterPaint } from "../frame/after_paint.js";
import { ASKS_KERNEL } from "../frame/asking.js";
import { MOST_UNASKED } from "../model/describer.js";
import { totalParts, totalsOf } from "../model/totals.js";
import { DESCRIBED_IN_ONE_CALL } from "../search/evaluate.js";
import { grouped, plural, shown } from "../text.js";
/** @import { Store } from "../model/store.js" */

/** Above this number of rows, adding them up takes longer than painting them. */
const MANY_TO_ADD = 20_000;

export class SelectedLine {
  /** What the selected jobs have in use; null where nothing is selected. @type {ReturnType<typeof totalsOf> | null} */ totals = null;
  /** The count of the selection, and the state of what is known, that the totals are of. @type {object | null} */ tally = null;
  version = -1;

  /** @param {Store} store @param {() => void} clear */
  constructor(store, clear) {
    this.store = store;
    this.later = new AfterPaint(() => this.showTotals());
    this.count = element("span", { class: "bnb-counts" });
    this.sums = element("span", { class: "bnb-totals" });
    this.load = button("", () => this.loadAll(), { class: "bnb-button bnb-quiet", ...ASKS_KERNEL });
    this.out = element("span", { class: "bnb-out" });
    this.showSelection = button("Show the selection", () => store.showSelection(), { class: "bnb-button bnb-quiet" });
    this.undo = button("Undo", () => store.selection.undo(), { class: "bnb-button bnb-quiet" });
    this.clear = button("Clear", clear, { class: "bnb-button bnb-quiet" });
    this.element = element("div", { class: "bnb-chosen" }, [
      this.count, this.sums, this.load, this.out, element("span", { class: "bnb-chosen-acts" }, [this.showSelection, this.undo, this.clear]),
    ]);
  }

  dispose() {
    this.later.dispose();
  }

  show() {
    const { table, selection, isFrozen } = this.store;
    const out = table.isPartial ? 0 : selection.count - selection.tally.inSight;
    // It stays where nothing is selected, so that nothing moves with the first click.
    this.element.hidden = !table.rows || (this.store.result !== null && !selection.count);
    this.count.replaceChildren(element("strong", {}, [grouped(selection.count)]), " selected");
    if (this.store.table.here > MANY_TO_ADD) this.later.soon();
    else this.showTotals();
    this.out.textContent = out ? `▲ ${grouped(out)} out of sight` : "";
    this.showSelection.hidden = !out;
    this.undo.hidden = !selection.undoable || isFrozen;
    this.clear.hidden = !selection.count;
    this.clear.disabled = isFrozen;
  }

  showTotals() {
    const { table, selection, describer } = this.store;
    this.recount();
    const { totals } = this;
    const isCounting = describer.progress("selection") !== null && !describer.hasFailed;
    const how = { currency: table.facts.prices?.currency, isCounting, hasFailed: describer.hasFailed };
    const parts = totals ? totalParts(totals, how) : [];
    const error = totals && table.pricesError ? [element("span", { class: "bnb-out", title: shown(table.pricesError, 400) }, ["prices cannot be read"])] : [];
    this.sums.replaceChildren(...parts.map(totalSpan), ...error);
    const rest = totals && selection.count && !isCounting && !describer.isHeld ? totals.pending.length : 0;
    this.load.hidden = rest <= MOST_UNASKED;
    this.load.textContent = `Count all (${plural(Math.ceil(rest / DESCRIBED_IN_ONE_CALL), "call")})`;
  }

  /** Once for each change of the selection, of a row, or of what is known. */
  recount() {
    const { table, selection, describer } = this.store;
    if (table.isPartial || !selection.count) {
      this.tally = this.totals = null;
      return;
    }
    if (this.tally === selection.tally && this.version === table.facts.version) return;
    this.tally = selection.tally;
    this.version = table.facts.version;
    this.totals = totalsOf(table, selection.bits);
    const { pending } = this.totals;
    if (pending.length && pending.length <= MOST_UNASKED) describer.countSoon(pending);
  }

  loadAll() {
    if (this.totals) this.store.describer.want("selection", this.totals.pending);
    this.show();
  }
}

/** @param {{number: string, of: string}} part */
const totalSpan = ({ number, of }) => element("span", { class: "bnb-total" }, [...(number ? [element("strong", {}, [number]), " "] : []), of]);
