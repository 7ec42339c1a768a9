// @ts-check
// One picture of the store in a page, in a root of its own: its parts, and which of them shows what has changed.
import { Form } from "./bar/form.js";
import { barState } from "./bar/machine.js";
import { Panel } from "./bar/panel.js";
import { Result } from "./bar/result.js";
import { SelectedLine } from "./bar/selected.js";
import { deepFocus, element, focusAt, focusOutside } from "./dom.js";
import { Drawer } from "./drawer/drawer.js";
import { FacetBar } from "./facets.js";
import { Announcer } from "./frame/announcer.js";
import { AskingControls } from "./frame/asking.js";
import { EmptyList } from "./frame/empty.js";
import { Fit } from "./frame/fit.js";
import { Grip, USUAL_HEIGHT } from "./frame/grip.js";
import { nextStop } from "./frame/regions.js";
import { ColumnFit } from "./grid/fit.js";
import { Grid } from "./grid/grid.js";
import { guardKeys, shortcutOf } from "./keyboard.js";
import { Kept } from "./kept.js";
import { closeByPress } from "./menu.js";
import { MissingLine } from "./missing_line.js";
import { startAfresh } from "./model/view_parts.js";
import { Notices } from "./notices.js";
import { Strip } from "./strip/strip.js";
import { styleRoot } from "./styles.js";
import { TallyBar, selectedText } from "./tally.js";
import { shortId } from "./text.js";
import { Theme } from "./theme.js";
import { Toolbar } from "./toolbar.js";
/** @import { Store } from "./model/store.js" */
/** @import { Change } from "./types.js" */

let views = 0;

export class View {
  /** What had the focus last, until it went elsewhere in the page. @type {HTMLElement | null} */ held = null;

  /** @param {Store} store */
  constructor(store) {
    this.store = store;
    const id = `bnb-${Date.now().toString(36)}-${(views += 1)}`;
    this.announcer = new Announcer((text) => void (this.live.textContent = text));
    const say = (/** @type {string} */ text) => this.announcer.say(text);
    this.live = element("div", { class: "bnb-unseen", "aria-live": "polite" });
    this.notices = new Notices(store, say, () => this.form.submit());
    this.kept = new Kept(store, say);
    this.strip = new Strip(store, {
      say,
      copyCell: (beside) => this.copyText("cell", beside),
      copy: (text, beside, said) => void this.notices.copy(text, beside, said),
      startAfresh: () => startAfresh(store),
    });
    const copy = (/** @type {string} */ text, /** @type {string} */ said) => this.notices.copy(text, this.notices.waiting, said);
    this.grid = new Grid(store, id, {
      say, copyId: (jobId) => copy(jobId, `Job id ${shortId(jobId)} copied.`), copyText: copy,
      open: (row) => this.drawer.open(store.table.jobIdAt(row), row), follow: (row) => this.drawer.follow(row),
    });
    this.drawer = new Drawer(store, id, {
      say, copy: (text, said, beside) => void this.notices.copy(text, beside, said), search: (term) => this.addTerm(term),
      goTo: (row) => this.grid.keys.goTo(row), step: (by) => this.grid.keys.step(by), focusGrid: () => this.grid.element.focus(),
    });
    this.missing = new MissingLine(store, say);
    this.selected = new SelectedLine(store, () => this.grid.bulk("none"));
    this.tally = new TallyBar(store, (how) => this.grid.bulk(how));
    this.facets = new FacetBar(store, this.tally.element, { apply: (query) => this.toolbar.searchFor(query) });
    this.toolbar = new Toolbar(store, id, { say, filters: this.facets.filters });
    this.empty = new EmptyList(store, { clear: () => this.toolbar.apply("") });
    this.result = new Result(store, {
      begin: (kind) => this.panel.begin(kind),
      copyTicket: (beside) => this.copyText("ticket", beside),
    });
    this.form = new Form(store, id, { say, plan: () => this.panel.plan() });
    this.panel = new Panel(store, id, {
      say,
      hasFocus: () => this.hasFocus,
      focusResult: () => this.result.title?.focus(),
      focusForm: () => this.form.review.focus(),
      focusReason: () => this.form.reason.focus(),
      showJobs: (jobs, more, what) => this.drawer.openGroup(jobs, more, what),
      copy: (text, beside) => void this.notices.copy(text, beside),
    });
    this.root = element("div", { class: "bnb" });
    this.grip = new Grip(this.root, { measure: () => this.stage.offsetHeight, change: () => this.resized() });
    this.list = element("div", { class: "bnb-list" }, [this.tally.element, this.grid.element, this.empty.element]);
    // The list, and what stands beside it.
    this.stage = element("div", { class: "bnb-stage" }, [this.list, this.drawer.element]);
    this.drawer.stand(this.stage, null);
    // What a review stands in place of; its rows stay as they are meanwhile.
    this.browse = element("div", { class: "bnb-browse" }, [
      this.toolbar.element, this.toolbar.error, this.missing.element, this.facets.place, this.stage, this.grip.element,
    ]);
    // The only place where something is asked, runs, fails or is reported.
    this.acts = element("div", { class: "bnb-acts" }, [
      this.kept.element, this.notices.error, this.result.element, this.selected.element, this.form.element, this.panel.element, this.notices.waiting,
    ]);
    this.root.append(this.strip.element, this.browse, this.acts, this.live);
    // The rules of the page, made for its own lists and buttons, end at the host.
    this.host = element("div", { class: "bnb-host" });
    const shadow = this.host.attachShadow({ mode: "open" });
    styleRoot(shadow);
    shadow.append(this.root);
    this.asking = new AskingControls(this.root, { say, probe: () => store.greet() });
    this.columnFit = new ColumnFit(store, this.grid.element, this.root);
    this.theme = new Theme(this.host);
    this.fit = new Fit(this.host, this.root, () => this.shorten());
    this.unguard = guardKeys(this.host);
    this.unpress = closeByPress(this.root);
    store.viewState.register("height", {
      get: () => (this.grip.get() === USUAL_HEIGHT ? null : this.grip.get()),
      set: (height) => {
        this.grip.set(height ?? USUAL_HEIGHT);
        this.fit.change();
      },
    });
    this.listen();
    this.onStore = (/** @type {Change} */ what) => this.update(what);
    store.views.add(this.onStore);
    this.update("table");
  }

  dispose() {
    this.store.views.delete(this.onStore);
    this.grid.dispose();
    this.columnFit.dispose();
    this.drawer.dispose();
    this.asking.dispose();
    this.strip.dispose();
    this.fit.dispose();
    this.facets.dispose();
    this.toolbar.dispose();
    this.selected.dispose();
    this.theme.dispose();
    this.unguard();
    this.unpress();
    this.host.remove();
  }

  listen() {
    this.root.addEventListener("keydown", (event) => {
      if (event.defaultPrevented) return;
      if (event.key === "Escape") this.escape(event);
      else this.shortcut(event);
    });
    // Runs whenever the output is put into the page again, even within one frame, which no observer sees.
    this.root.addEventListener("animationstart", (event) => event.animationName === "bnb-attached" && this.reattach());
    this.root.addEventListener("focusin", (event) => (this.held = /** @type {HTMLElement} */ (event.target)));
    // Taken out of the page with its output, it still has the focus, for when it comes back.
    this.root.addEventListener("focusout", () => setTimeout(() => this.root.isConnected && !this.root.contains(focusAt(this.root)) && this.leave()));
  }

  /** Close one level: the plan, the search, and at last the picker; a run goes on. @param {KeyboardEvent} event */
  escape(event) {
    const { state, kernel } = this.store;
    // What went on in a kernel that is gone cannot be closed.
    const phase = kernel.lost === null ? state.phase : "idle";
    event.preventDefault();
    if (this.drawer.isOpen && phase !== "planning" && event.target !== this.toolbar.search) this.drawer.close();
    else if (phase === "confirming" || phase === "planning") this.store.ask("cancel");
    else if (event.target === this.toolbar.search) this.grid.element.focus();
    else if (phase !== "running") focusOutside(this.host);
  }

  /** Go where a key leads, from wherever it is pressed. @param {KeyboardEvent} event */
  shortcut(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    const isField = target.matches("input:not([type=checkbox]), textarea");
    const where = shortcutOf(event, { isField, isSearch: target === this.toolbar.search });
    if (where === null || (this.browse.hidden && where !== "next" && where !== "previous")) return;
    event.preventDefault();
    if (where === "search") this.toolbar.search.select();
    else if (where === "grid") this.grid.element.focus();
    else if (where === "columns") this.toolbar.columns.open();
    else if (where === "groups") this.toolbar.groups.open();
    else if (where === "help") this.toolbar.help.open();
    else if (where === "log") this.drawer.loadLog();
    else if (where === "review") this.form.element.hidden || this.form.submit();
    else this.nextRegion(where === "next" ? 1 : -1);
  }

  /** From region to region: search, facets, grid, bar; in a review, the review and the bar. @param {1 | -1} step */
  nextRegion(step) {
    const regions = [this.toolbar.element, this.facets.element, this.grid.element, this.drawer.inside, this.acts.querySelector(".bnb-review"), this.acts.querySelector(".bnb-final-bar") ?? this.acts];
    nextStop(regions, focusAt(this.root), step)?.focus();
  }

  /** The focus has left the picker. */
  leave() {
    this.held = null;
    this.store.keep();
  }

  reattach() {
    this.theme.show();
    this.fit.measure();
    this.grid.scroller.reattach();
  }

  /** Let the parts scroll where less can be seen at once than they need. */
  shorten() {
    // What can be seen, and so be reached by Tab, follows from the size.
    this.toolbar.tools.refresh();
    this.facets.resize();
    this.root.toggleAttribute("data-short", false);
    this.root.toggleAttribute("data-short", this.root.scrollHeight > this.root.clientHeight + 1);
    if (this.browse.hidden) this.showWhole();
  }

  /** A person has made the list higher or lower. */
  resized() {
    this.fit.change();
    this.store.viewState.saySoon();
  }

  /** Stand in this place from now on, with the focus. @param {HTMLElement} place */
  moveInto(place) {
    if (this.host.parentElement !== place) place.append(this.host);
    this.reattach();
    const busy = deepFocus()?.matches("input, textarea, select, [contenteditable=true]");
    if (this.held && !busy && this.root.contains(this.held)) this.held.focus({ preventScroll: true });
  }

  /** Whether it has the focus, or nothing else has. */
  get hasFocus() {
    return document.activeElement === document.body || this.root.contains(focusAt(this.root));
  }

  /** @param {Change} what */
  update(what) {
    const { store } = this;
    if (what === "table") {
      this.toolbar.lay();
      this.form.lay();
    }
    if (what === "table" || what === "rows") this.toolbar.showError();
    if (what === "table" || what === "patch" || what === "rows" || what === "state") this.facets.showSoon();
    if (what === "state" || what === "table") this.showState();
    if (what === "details") return this.drawer.show();
    this.kept.show();
    if (what === "selection" && this.hasFocus) this.announcer.say(selectedText(store.selection.count, store.selection.count - store.selection.tally.inSight));
    this.missing.show();
    this.notices.showError();
    this.selected.show();
    this.tally.show();
    this.facets.roving.refresh();
    this.empty.show();
    this.form.show();
    // Nothing to end, and so nothing to say why.
    this.form.element.hidden ||= store.table.header !== null && !store.table.rows;
    this.selected.element.hidden ||= this.form.element.hidden;
    this.grid.update(what);
    if (what === "table" || what === "rows") this.toolbar.groups.show();
    this.drawer.show();
    this.grid.element.classList.toggle("bnb-stale", store.matches.isStale);
  }

  showState() {
    const { phase } = this.store.state;
    this.root.dataset.phase = phase;
    this.root.dataset.bar = barState(this.store.state, { lost: this.store.kernel.lost, result: this.store.result });
    const isReview = phase === "confirming" && this.store.kernel.lost === null;
    const wasReview = this.browse.hidden;
    if (wasReview !== isReview) {
      this.browse.hidden = this.browse.inert = isReview;
      if (!isReview) this.grid.scroller.reattach();
    }
    this.asking.show(this.store.kernel.lost !== null);
    this.strip.show();
    this.notices.show();
    this.result.show();
    this.form.showState();
    // That the kernel is gone is said first: below a result, it may be out of sight.
    const behind = this.store.kernel.lost === null ? this.notices.waiting : this.kept.element;
    if (this.panel.element.nextElementSibling !== behind) behind.before(this.panel.element);
    // Before the panel, which may give it the focus.
    this.form.show();
    this.panel.show();
    this.drawer.stand(this.stage, isReview ? this.panel.element.querySelector(".bnb-confirm") : null);
    if (isReview && !wasReview) this.showWhole();
  }

  /** What is asked, and the button that does it, are seen at once. */
  showWhole() {
    if (this.hasFocus) this.root.scrollIntoView({ block: "nearest" });
  }

  /** Search for what a term finds among what is searched for already. @param {string} term */
  addTerm(term) {
    const query = this.store.matches.query.trim();
    if (!` ${query} `.includes(` ${term} `)) this.toolbar.searchFor(`${query} ${term}`.trim());
  }

  /** @param {"cell" | "ticket"} kind @param {HTMLElement} beside what was pressed */
  async copyText(kind, beside) {
    const answer = await this.store.ask(kind, ...this.store.draft());
    if (answer.ok) await this.notices.copy(answer.text, beside);
  }
}
