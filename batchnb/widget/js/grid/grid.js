// @ts-check
// The table in the page: only the rows that are in sight are elements, and these are used again and again.
import { hasBit } from "../bits.js";
import { element } from "../dom.js";
import { ROW_HEIGHT } from "../scroll.js";
import { plural } from "../text.js";
import { emptyRow, fillCell, fillChoice, lockText } from "./cells.js";
import { emptyGroup, fillGroup } from "./group_row.js";
import { GridKeys } from "./keys.js";
import { rowLabel } from "./row_label.js";
import { Scroller } from "./scroller.js";
import { Titles } from "./titles.js";
/** @import { Store } from "../model/store.js" */
/** @import { Change, Column, Json } from "../types.js" */

const OVERSCAN = 6;
const AGES_MS = 30_000;

/** A line that is not seen has no name: another one may stand in its place. @param {HTMLElement | undefined} line @param {boolean} hidden */
function hide(line, hidden) {
  if (!line || line.hidden === hidden) return;
  line.hidden = hidden;
  line.removeAttribute("aria-rowindex");
  if (hidden) for (const one of [line, ...line.children]) one.removeAttribute("id");
  delete line.dataset.row;
}

export class Grid {
  /** Rows to be filled. @type {HTMLElement[]} */ pool = [];
  /** Headers of groups to be filled, each in the place of one of these rows. @type {(HTMLElement | undefined)[]} */ heads = [];
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
    const { table, lines } = this.store;
    if (!table.header || this.isHeld) return;
    const first = Math.max(0, this.scroller.firstRow - OVERSCAN);
    const count = Math.min(lines.length - first, Math.ceil(this.scroller.height / ROW_HEIGHT) + 2 * OVERSCAN);
    while (this.pool.length < count) this.pool.push(this.body.appendChild(emptyRow(this.columns)));
    for (let slot = 0; slot < this.pool.length; slot += 1) {
      const at = first + ((slot - (first % count) + count) % count);
      const isHead = slot < count && lines[at] < 0;
      if (isHead) this.heads[slot] ??= this.body.appendChild(emptyGroup());
      hide(this.pool[slot], slot >= count || isHead);
      hide(this.heads[slot], !isHead);
      if (slot >= count) continue;
      const line = /** @type {HTMLElement} */ (isHead ? this.heads[slot] : this.pool[slot]);
      line.style.transform = `translateY(${(at - first) * ROW_HEIGHT}px)`;
      if (isHead) this.fillHead(line, at, anew);
      else this.fill(line, at, anew);
    }
    this.body.style.transform = `translateY(${Math.round(this.scroller.offset + first * ROW_HEIGHT)}px)`;
    this.keys.showActive();
    if (this.scroller.attached) this.store.describer.seeSoon(() => this.rowsInSight);
  }

  /** The rows of the table that can be seen, or nearly. */
  get rowsInSight() {
    return this.scroller.attached ? this.pool.filter((line) => !line.hidden).map((line) => Number(line.dataset.row)).filter((row) => row >= 0) : [];
  }

  /** Note what a line shows now. @param {HTMLElement} line @param {number} at place among the lines @param {boolean} anew @returns {boolean} whether it needs to be filled */
  mark(line, at, anew) {
    const { groups } = this.store;
    const shown = String(groups.lines[at]);
    if (!anew && line.dataset.row === shown && line.dataset.at === String(at)) return false;
    line.dataset.row = shown;
    line.dataset.at = String(at);
    line.id = `${this.id}-r${at}`;
    line.setAttribute("aria-rowindex", String(at + 2));
    if (groups.isOn) line.setAttribute("aria-level", String(groups.depthAt(at)));
    else line.removeAttribute("aria-level");
    return true;
  }

  /** @param {HTMLElement} line @param {number} at place among the lines @param {boolean} anew */
  fillHead(line, at, anew) {
    const { groups, selection, isFrozen } = this.store;
    if (!this.mark(line, at, anew)) return;
    const group = groups.groupAt(at);
    fillGroup(line, {
      id: `${this.id}-c${at}`, title: groups.titleOf(group), isOpen: groups.isOpen(group), figures: groups.figuresOf(group),
      tally: selection.tallyOf(groups.rowsOf(group)), columns: this.columns.length, isFrozen,
    });
  }

  /** @param {HTMLElement} line @param {number} at place among the lines @param {boolean} anew */
  fill(line, at, anew) {
    const { table, lines, selection } = this.store;
    const row = lines[at];
    if (!this.mark(line, at, anew)) return;
    line.classList.toggle("bnb-failed", table.fate.failed(row));
    line.classList.toggle("bnb-odd", at % 2 === 1);
    const [tick, ...cells] = /** @type {HTMLElement[]} */ ([...line.children]);
    const isMoved = tick.id !== `${this.id}-c${at}-0`;
    tick.id = `${this.id}-c${at}-0`;
    const [lock, chosen] = [lockText(table, row), hasBit(selection.bits, row)];
    fillChoice(line, lock, chosen);
    tick.setAttribute("aria-label", rowLabel(table, row, lock || (chosen ? "selected" : "not selected")));
    cells.forEach((cell, place) => {
      if (isMoved) cell.id = `${this.id}-c${at}-${place + 1}`;
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
