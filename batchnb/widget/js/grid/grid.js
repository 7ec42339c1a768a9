// @ts-check
// The table in the page: only the rows that are in sight are elements, and these are used again and again.
import { hasBit } from "../bits.js";
import { element } from "../dom.js";
import { ROW_HEIGHT } from "../scroll.js";
import { plural } from "../text.js";
import { emptyRow, fillCell, fillChoice, lockText } from "./cells.js";
import { GridKeys } from "./keys.js";
import { Scroller } from "./scroller.js";
import { Titles } from "./titles.js";
/** @import { Store } from "../model/store.js" */
/** @import { Change, Column, Json } from "../types.js" */

const OVERSCAN = 6;
const AGES_MS = 30_000;

export class Grid {
  /** Rows to be filled. @type {HTMLElement[]} */ pool = [];
  /** @type {Column[]} */ columns = [];
  laidKey = "";
  /** Whether painting waits for the end of a change. */ isHeld = false;
  /** Whether something was refused because rows were missing. */ isRefused = false;
  /** @type {Json | null} */ planPainted = null;

  /**
   * @param {Store} store @param {string} id with which those of its parts begin
   * @param {{say(text: string): void, copyId(jobId: string): void}} actions
   */
  constructor(store, id, actions) {
    this.store = store;
    this.id = id;
    this.say = actions.say;
    this.element = element("div", { class: "bnb-grid", role: "grid", tabindex: "0", "aria-multiselectable": "true", "aria-label": "Jobs" });
    this.body = element("div", { class: "bnb-body", role: "rowgroup" });
    this.spacer = element("div", { class: "bnb-spacer", role: "presentation" }, [this.body]);
    this.titles = new Titles(store, this.element, id, this);
    this.element.append(this.titles.element, this.spacer);
    this.scroller = new Scroller(this.element, store.cursor, { count: () => store.matches.rows.length, paint: (anew) => this.paint(anew) });
    this.keys = new GridKeys(store, this, actions);
    this.clock = setInterval(() => this.scroller.attached && this.paint(true), AGES_MS);
  }

  dispose() {
    this.scroller.dispose();
    clearInterval(this.clock);
  }

  /** Show a change with one paint. @param {Change} what */
  update(what) {
    const { store } = this;
    this.isHeld = true;
    if (what === "table") this.lay();
    else if (what === "rows" && this.titles.sorts !== store.matches.sorts) this.titles.show(this.columns);
    if (what === "table" || what === "rows") this.place();
    const { inSight, selectable } = store.selection.tally;
    this.titles.mark(!inSight ? "none" : inSight === selectable && !store.table.isPartial ? "all" : "some");
    this.isHeld = false;
    // A plan tells how many children of an array are live; nothing else in a state stands in the rows.
    const anew = what !== "state" || this.planPainted !== store.state.plan;
    this.planPainted = store.state.plan;
    this.paint(anew);
    if (this.isRefused && !store.table.isPartial) this.say(`All ${plural(store.table.rows, "job")} are here.`);
    this.isRefused &&= store.table.isPartial;
  }

  lay() {
    this.columns = this.store.layout.columns;
    this.titles.show(this.columns);
    const key = JSON.stringify(this.columns.map(({ title, kind, role }) => [title, kind, role]));
    if (key !== this.laidKey) {
      this.pool = [];
      this.body.replaceChildren();
    }
    this.laidKey = key;
    this.titles.setWidths();
  }

  place() {
    const { table, matches } = this.store;
    const count = matches.rows.length;
    this.spacer.style.height = `${this.scroller.map.laid}px`;
    // Without a filter, all rows are known to come, where only the first ones are here.
    this.element.setAttribute("aria-rowcount", String((count === table.here ? table.rows : count) + 1));
    this.element.setAttribute("aria-busy", String(table.isPartial));
    this.scroller.follow();
  }

  /** Show the rows that are in sight. @param {boolean} anew also where the same job is shown */
  paint(anew) {
    const { table, matches } = this.store;
    if (!table.header || this.isHeld) return;
    const first = Math.max(0, this.scroller.firstRow - OVERSCAN);
    const count = Math.min(matches.rows.length - first, Math.ceil(this.scroller.height / ROW_HEIGHT) + 2 * OVERSCAN);
    while (this.pool.length < count) this.pool.push(this.body.appendChild(emptyRow(this.columns)));
    this.pool.forEach((line, slot) => line.hidden !== (slot >= count) && (line.hidden = slot >= count));
    for (let slot = 0; slot < count; slot += 1) {
      const at = first + ((slot - (first % count) + count) % count);
      this.pool[slot].style.transform = `translateY(${(at - first) * ROW_HEIGHT}px)`;
      this.fill(this.pool[slot], at, anew);
    }
    this.body.style.transform = `translateY(${Math.round(this.scroller.offset + first * ROW_HEIGHT)}px)`;
    this.keys.showActive();
  }

  /** @param {HTMLElement} line @param {number} at place among the rows that match @param {boolean} anew */
  fill(line, at, anew) {
    const { table, matches, selection } = this.store;
    const row = matches.rows[at];
    if (!anew && line.dataset.row === String(row) && line.dataset.at === String(at)) return;
    line.dataset.row = String(row);
    line.dataset.at = String(at);
    line.id = `${this.id}-r${at}`;
    line.setAttribute("aria-rowindex", String(at + 2));
    line.classList.toggle("bnb-failed", table.fate.failed(row));
    line.classList.toggle("bnb-odd", at % 2 === 1);
    const [tick, ...cells] = /** @type {HTMLElement[]} */ ([...line.children]);
    tick.id = `${this.id}-c${at}-0`;
    fillChoice(line, tick, lockText(table, row), hasBit(selection.bits, row));
    cells.forEach((cell, place) => {
      cell.id = `${this.id}-c${at}-${place + 1}`;
      fillCell(cell, this.columns[place], row, table);
    });
  }

  /** @param {"all" | "none" | "invert"} how */
  bulk(how) {
    if (how !== "none" && this.store.table.loading) this.refuseLoading("");
    else this.store.selection.bulk(how);
  }

  toggleAll() {
    const { selection, table } = this.store;
    const { inSight, selectable } = selection.tally;
    this.bulk(selectable && inSight === selectable && !table.isPartial ? "none" : "all");
  }

  /** @param {string} more */
  refuseLoading(more) {
    this.isRefused = true;
    this.say(`${this.store.table.loading} ${more}`);
  }
}
