// @ts-check
// The table in the page: only the rows that are in sight are elements, and these are used again and again.
import { hasBit } from "../bits.js";
import { element } from "../dom.js";
import { ROW_HEIGHT } from "../scroll.js";
import { plural } from "../text.js";
import { fillCell, lockText } from "./cells.js";
import { fillGroup } from "./group_row.js";
import { CellTitles } from "./hover.js";
import { GridKeys } from "./keys.js";
import { Line } from "./line.js";
import { rowLabel } from "./row_label.js";
import { Scroller } from "./scroller.js";
import { Titles } from "./titles.js";
/** @import { Store } from "../model/store.js" */
/** @import { Change, Column, Json } from "../types.js" */

/** Rows above and below those that can be seen: a quick turn of the wheel, until the next frame. */
const OVERSCAN = 4;
const AGES_MS = 30_000;

export class Grid {
  /** Rows to be filled. @type {Line[]} */ pool = [];
  /** Headers of groups to be filled, each in the place of one of these rows. @type {(Line | undefined)[]} */ heads = [];
  /** @type {Column[]} */ columns = [];
  laidKey = "";
  /** Whether painting waits for the end of a change. */ isHeld = false;
  /** Whether something was refused because rows were missing. */ isRefused = false;
  /** @type {Json | null} */ planPainted = null;

  /**
   * @param {Store} store @param {string} id with which those of its parts begin
   * @param {{say(text: string): void, copyId(jobId: string): void, copyText(text: string, said: string): void, open(row: number): void, follow(row: number): void}} actions
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
    this.scroller = new Scroller(this.element, store.cursor, { count: () => store.lines.length, paint: (anew) => this.paint(anew) });
    this.keys = new GridKeys(store, this, actions);
    this.hover = new CellTitles(this);
    this.clock = setInterval(() => this.scroller.attached && this.age(), AGES_MS);
  }

  dispose() {
    this.scroller.dispose();
    clearInterval(this.clock);
  }

  /** Times go on, where nothing else has changed. */
  age() {
    this.store.groups.forgetFigures();
    this.paint(true);
  }

  /** Show a change with one paint. @param {Change} what */
  update(what) {
    const { store } = this;
    this.isHeld = true;
    if (what !== "selection" && what !== "state") store.groups.forgetFigures();
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
      this.heads = [];
      this.body.replaceChildren();
    }
    this.laidKey = key;
    this.titles.setWidths();
  }

  place() {
    const { table, groups } = this.store;
    const count = groups.lines.length;
    this.spacer.style.height = `${this.scroller.map.laid}px`;
    this.element.setAttribute("role", groups.isOn ? "treegrid" : "grid");
    // Without a filter, all rows are known to come, where only the first ones are here.
    this.element.setAttribute("aria-rowcount", String((count === table.here && !groups.isOn ? table.rows : count) + 1));
    this.element.setAttribute("aria-busy", String(table.isPartial));
    this.scroller.follow();
  }

  /** Show the rows that are in sight. @param {boolean} anew also where the same job is shown */
  paint(anew) {
    const { table, lines, groups } = this.store;
    if (!table.header || this.isHeld) return;
    const first = Math.max(0, this.scroller.firstRow - OVERSCAN);
    const count = Math.min(lines.length - first, Math.ceil(this.scroller.height / ROW_HEIGHT) + 2 * OVERSCAN);
    while (this.pool.length < count) this.pool.push(this.add(Line.forRow(this.columns)));
    for (let slot = 0; slot < this.pool.length; slot += 1) {
      const at = first + ((slot - (first % count) + count) % count);
      const isHead = slot < count && lines[at] < 0;
      if (isHead) this.heads[slot] ??= this.add(Line.forGroup());
      if (slot >= count || isHead) this.pool[slot].hide();
      if (!isHead) this.heads[slot]?.hide();
      if (slot >= count) continue;
      const line = /** @type {Line} */ (isHead ? this.heads[slot] : this.pool[slot]);
      line.element.style.transform = `translateY(${(at - first) * ROW_HEIGHT}px)`;
      if (!line.show(lines[at], at, groups.isOn ? groups.depthAt(at) : 0) && !anew) continue;
      if (isHead) this.fillHead(line);
      else this.fill(line);
    }
    this.body.style.transform = `translateY(${Math.round(this.scroller.offset + first * ROW_HEIGHT)}px)`;
    this.keys.showActive();
    this.hover.renew();
    if (this.scroller.attached) this.store.describer.seeSoon(() => this.rowsInSight);
  }

  /** @param {Line} line @returns {Line} */
  add(line) {
    this.body.append(line.element);
    return line;
  }

  /** What stands at a place among the lines, if it is in the page. @param {number} at */
  lineAt(at) {
    return this.pool.find((line) => line.at === at) ?? this.heads.find((line) => line?.at === at);
  }

  /** The rows of the table that can be seen, or nearly. */
  get rowsInSight() {
    return this.scroller.attached ? this.pool.filter((line) => line.at >= 0).map(({ row }) => row) : [];
  }

  /** @param {Line} line */
  fillHead({ element: head, at }) {
    const { groups, selection, isFrozen } = this.store;
    const group = groups.groupAt(at);
    fillGroup(head, {
      title: groups.titleOf(group), isOpen: groups.isOpen(group), figures: groups.figuresOf(group),
      tally: selection.tallyOf(groups.rowsOf(group)), columns: this.columns.length, isFrozen,
    });
  }

  /** @param {Line} line */
  fill(line) {
    const { table, selection } = this.store;
    const { row, at, element: { classList } } = line;
    classList.toggle("bnb-failed", table.fate.failed(row));
    classList.toggle("bnb-odd", at % 2 === 1);
    const [lock, chosen] = [lockText(table, row), hasBit(selection.bits, row)];
    line.choose(lock, chosen);
    line.tick.setAttribute("aria-label", rowLabel(table, row, lock || (chosen ? "selected" : "not selected")));
    line.cells.forEach((cell, place) => fillCell(cell, this.columns[place], row, table));
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
