// @ts-check
// The drawer beside the list: the details of one job, which follow the active row while it is open.
import { button, element, focusAt } from "../dom.js";
import { termForTag } from "../search/compose.js";
import { SpokenLine } from "../frame/announcer.js";
import { ASKS_KERNEL, NO_KERNEL, fixedText } from "../frame/asking.js";
import { shown } from "../text.js";
import { hasEnded } from "./details.js";
import { logSection } from "./log_section.js";
import { Pager } from "./pager.js";
import { DrawerPlace } from "./place.js";
import { rowFacts, rowOfJob } from "./row_facts.js";
import { detailAttempts, detailDependencies, detailEnvironment, detailFields, detailHead, detailLinks, detailParts, detailTags, textButton } from "./sections.js";
import { jobNameText } from "./texts.js";
/** @import { Store } from "../model/store.js" */
/** @import { Json } from "../types.js" */
/** @import { PagedJob } from "./pager.js" */
/** @import { Context } from "./sections.js" */

const DRAWER_AGES_MS = 30_000;
const DRAWER_BUSY = "The kernel is busy with another cell. The details follow when that is done.";

export class Drawer {
  /** What was painted last. */ painted = "";
  /** The table that was shown last. @type {number | undefined} */ snapshot = undefined;
  /** Where its job was found last. */ found = { key: "", row: -1 };
  wasLost = false;
  /** The log that was painted last: how many lines, and which. */ logged = { key: "", lines: 0 };

  /**
   * @param {Store} store @param {string} id with which those of its parts begin
   * @param {{say(text: string): void, copy(text: string, said: string, beside: HTMLElement): void, search(term: string): void, goTo(row: number): void, step(by: 1 | -1): void,
   *   focusGrid(): void}} actions
   */
  constructor(store, id, actions) {
    this.store = store;
    this.actions = actions;
    this.spoken = new SpokenLine(actions.say);
    this.pager = new Pager((job) => this.open(job));
    this.title = element("h2", { class: "bnb-drawer-title", id: `${id}-details` });
    this.back = button("‹ Back to the list", () => this.close(), { class: "bnb-link bnb-drawer-back" });
    this.x = button("✕", () => this.close(), { class: "bnb-button bnb-drawer-close", "aria-label": "Close the details" });
    this.body = element("div", { class: "bnb-drawer-body" });
    this.inside = element("div", { class: "bnb-drawer-in", tabindex: "-1" }, [this.back, element("div", { class: "bnb-drawer-head" }, [this.title, this.x]), this.pager.element, this.body]);
    this.element = element("aside", { class: "bnb-drawer", "aria-labelledby": `${id}-details` }, [this.inside]);
    this.element.hidden = true;
    this.element.addEventListener("keydown", (event) => this.pressed(event));
    this.clock = setInterval(() => this.age(), DRAWER_AGES_MS);
    this.place = new DrawerPlace(this.element, () => this.isOpen);
    this.context = this.makeContext();
  }

  dispose() {
    clearInterval(this.clock);
    this.place.dispose();
  }

  /** Stand over a review, with the jobs of its groups, or beside the list with the job from before. @param {HTMLElement} stage @param {HTMLElement | null} review */
  stand(stage, review) {
    const { details } = this.store;
    if (!this.place.standIn(review ?? stage, review !== null)) return;
    this.pager.show([], 0);
    this.back.textContent = review ? "‹ Back to the review" : "‹ Back to the list";
    if (review) details.suspend();
    else details.resume();
  }

  /** Show the jobs of a group, the first one first. @param {PagedJob[]} jobs @param {number} more that are not among them @param {string} [what] they are together */
  openGroup(jobs, more, what) {
    if (!jobs.length) return;
    this.pager.show(jobs, more, what);
    this.open(jobs[0][0]);
  }

  /** @returns {Context} */
  makeContext() {
    const { store, actions } = this;
    return {
      details: store.details,
      isWaiting: () => store.kernel.lost === null && !store.details.problem,
      nameOf: (job) => {
        const row = rowOfJob(store.table, job);
        return row < 0 ? null : jobNameText(store.table.columnOf("name")?.text(row) ?? "");
      },
      show: (job) => this.open(job),
      showChild: (job) => this.open(job),
      addTag: (key, value) => actions.search(termForTag(key, value)),
      selectToo: (job) => this.selectToo(job),
      copy: actions.copy,
    };
  }

  get isOpen() {
    return this.store.details.isOpen;
  }

  /** Show a job, be it in the list or not. @param {string} job @param {number} [hint] a row where it may be */
  open(job, hint = -1) {
    const { store } = this;
    store.details.show(job);
    const row = this.rowNow(hint);
    if (row >= 0) this.actions.goTo(row);
    this.show();
    this.actions.say(`Details of ${shown(this.name, 120)} open`);
    if (this.covers) this.back.focus();
  }

  /** Follow the active row. @param {number} row of the table */
  follow(row) {
    if (!this.isOpen || row < 0) return;
    this.store.details.show(this.store.table.jobIdAt(row), true);
    this.rowNow(row);
  }

  close() {
    const hadFocus = this.element.contains(focusAt(this.element));
    const { covered } = this.place;
    this.store.details.close();
    if (hadFocus && covered?.matches(".bnb-review")) covered.focus();
    else if (hadFocus) this.actions.focusGrid();
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    const scrolls = target.matches("input, .bnb-log");
    if (scrolls || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || !/^Arrow(Up|Down)$/.test(event.key)) return;
    event.preventDefault();
    const by = event.key === "ArrowDown" ? 1 : -1;
    if (this.pager.isOn) this.pager.step(by);
    else this.actions.step(by);
  }

  /** Whether it stands in front of what is beside it. */
  get covers() {
    return this.place.covers;
  }

  get name() {
    const { details, table } = this.store;
    const row = this.rowNow();
    return jobNameText(details.details?.name ?? (row < 0 ? "" : (table.columnOf("name")?.text(row) ?? "")));
  }

  /** The row of its job, -1 where the list has none; looked for once in each table. @param {number} [hint] a row where it may be */
  rowNow(hint = this.found.row) {
    const { details, table } = this.store;
    const key = `${details.job} ${table.header?.snapshot} ${table.here}`;
    if (key !== this.found.key) this.found = { key, row: rowOfJob(table, details.job, hint) };
    return this.found.row;
  }

  /** Something has changed. */
  show() {
    const { store } = this;
    const { details, kernel } = store;
    if (this.element.hidden === details.isOpen) {
      this.element.hidden = !details.isOpen;
      this.element.parentElement?.classList.toggle("bnb-with-drawer", details.isOpen);
      this.place.fit();
      this.painted = "";
    }
    if (!details.isOpen) return;
    this.followKernel();
    const row = this.rowNow();
    const facts = rowFacts(store.table, row);
    details.follow(facts.status);
    // Another list: what is known may be old as well.
    if (this.snapshot !== store.table.header?.snapshot) details.look();
    this.snapshot = store.table.header?.snapshot;
    const key = JSON.stringify([details.job, details.version, row, facts, kernel.lost, kernel.slow.includes("details")]);
    if (key === this.painted) return;
    this.painted = key;
    this.paint();
    const said = [kernel.lost === null ? details.problem : "", details.log?.problem ?? ""].filter(Boolean).join(" ");
    this.spoken.show(shown(said, 600));
  }

  /** The kernel is there again: what was asked of it before is not answered. */
  followKernel() {
    const isLost = this.store.kernel.lost !== null;
    const isBack = this.wasLost && !isLost;
    this.wasLost = isLost;
    if (!isBack) return;
    this.store.details.forget();
    this.store.details.look();
  }

  /** Load the last lines of the log, as the key `l` does. */
  loadLog() {
    if (this.store.kernel.lost === null) this.store.details.loadLog();
    else if (this.isOpen) this.actions.say(NO_KERNEL);
  }

  /** Make it anew, with the focus, the folds and the scroll places as they are. */
  paint() {
    const { details, table } = this.store;
    if (!details.isOpen) return;
    const isSame = this.body.dataset.job === details.job;
    const [top, focus] = [this.inside.scrollTop, /** @type {HTMLElement | null} */ (focusAt(this.element))];
    const held = focus && this.body.contains(focus) ? (focus.dataset.key ?? "") : null;
    const typed = this.body.querySelector("input")?.value;
    const open = isSame ? [...this.body.querySelectorAll("details[open]")].map((fold) => /** @type {HTMLElement} */ (fold).dataset.fold) : [];
    const log = /** @type {HTMLElement | null} */ (this.body.querySelector(".bnb-log"));
    const logPlace = log ? { top: log.scrollTop, height: log.scrollHeight } : null;
    const row = rowFacts(table, this.rowNow());
    this.title.textContent = this.name;
    this.pager.follow(details.job);
    this.body.dataset.job = details.job;
    this.body.replaceChildren(...this.content(row));
    for (const fold of this.body.querySelectorAll("details")) fold.open = open.includes(fold.dataset.fold);
    const input = this.body.querySelector("input");
    if (isSame && input && typed) input.value = typed;
    this.inside.scrollTop = isSame ? top : 0;
    this.placeLog(isSame ? logPlace : null);
    if (held !== null) this.hold(held);
  }

  /** The newest lines are in sight; lines that come before those one reads do not move them. @param {{top: number, height: number} | null} before */
  placeLog(before) {
    const { log } = this.store.details;
    const box = /** @type {HTMLElement | null} */ (this.body.querySelector(".bnb-log"));
    const count = log?.lines.length ?? 0;
    if (box) {
      const isLonger = log?.key === this.logged.key && count > this.logged.lines && this.logged.lines > 0;
      if (!before || log?.key !== this.logged.key || !this.logged.lines) box.scrollTop = box.scrollHeight;
      else box.scrollTop = isLonger ? before.top + box.scrollHeight - before.height : before.top;
      // The whole log is in sight when it comes.
      if (!before) box.scrollIntoView({ block: "nearest" });
    }
    this.logged = { key: log?.key ?? "", lines: count };
  }

  /** Give the focus to what had it. @param {string} key */
  hold(key) {
    const again = key ? /** @type {HTMLElement | undefined} */ ([...this.body.querySelectorAll("[data-key]")].find((one) => /** @type {HTMLElement} */ (one).dataset.key === key)) : undefined;
    (again ?? this.inside).focus({ preventScroll: true });
  }

  /** What the first lines say: by the kernel, unless the list has seen the end of the job since. @param {Json} row */
  toldOf(row) {
    const { details } = this.store.details;
    if (!details) return row;
    const hasMoved = hasEnded(row.status) && !hasEnded(details.status);
    return { ...details, ...(hasMoved ? { status: row.status, stoppedAt: row.stoppedAt, statusReason: row.statusReason ?? details.statusReason } : { status: details.status ?? row.status }) };
  }

  /** Times go on. What somebody reads, or has marked to be copied, stays as it is. */
  age() {
    const { details, table } = this.store;
    const line = this.body.querySelector(".bnb-headline");
    if (details.isOpen && line) line.replaceWith(/** @type {Node} */ (detailHead(details.job, this.toldOf(rowFacts(table, this.rowNow())), this.context)[0]));
  }

  /** @param {Json} row @returns {Node[]} */
  content(row) {
    const { details, kernel } = this.store;
    const { details: payload, job } = details;
    /** @type {(Node | null)[]} */
    const all = [
      ...detailHead(job, this.toldOf(row), this.context),
      detailLinks(payload, this.context),
      this.notice(),
      detailFields(job, payload, row, this.context),
      detailParts(job, payload, this.context),
      detailAttempts(payload, (key) => details.loadLog(key)),
      detailDependencies(payload, this.context),
      detailTags(payload, this.context),
      detailEnvironment(payload, this.context),
      logSection(payload, details),
    ];
    return /** @type {Node[]} */ (all.filter(Boolean));
  }

  /** Why there is no more to see, or not yet. */
  notice() {
    const { details, kernel } = this.store;
    if (kernel.lost !== null) return element("p", { class: "bnb-drawer-notice" }, ["The kernel is gone, so this is what the list knows."]);
    if (details.problem) {
      const raw = details.latest?.problemDetails ?? "";
      const more = raw && raw !== details.problem ? element("details", { class: "bnb-details", "data-fold": "problem" }, [element("summary", {}, ["Details"]), shown(raw, 1200)]) : null;
      return element("p", { class: "bnb-drawer-notice" }, [`${shown(details.problem, 600)} `, textButton("Try again", "retry", () => details.look(true), ASKS_KERNEL), more]);
    }
    return kernel.slow.includes("details") ? element("p", { class: "bnb-drawer-notice" }, [DRAWER_BUSY]) : null;
  }

  /** @param {string} job */
  selectToo(job) {
    const { store, actions } = this;
    const row = rowOfJob(store.table, job);
    const array = row < 0 && /:\d+$/.test(job) ? rowOfJob(store.table, job.replace(/:\d+$/, "")) : -1;
    if (row < 0) return actions.say(array < 0 ? "This job is not in the list." : "This is a child of an array. Select the array, or list its children.");
    if (store.isFrozen) return actions.say(fixedText(store));
    if (store.table.locks[row]) return actions.say("This job cannot be selected.");
    store.selection.change((bits) => store.selection.setRow(bits, row, true));
    actions.say(`${this.context.nameOf(job)} is selected too.`);
  }
}
