// @ts-check
// The parts of a view that the model has itself: search, sort, columns and their widths, and the reason.
import { rowOfJob } from "../drawer/row_facts.js";
/** @import { Store } from "./store.js" */
/** @import { ViewPart } from "./view_state.js" */

/** @param {Store} store @returns {Record<string, ViewPart>} */
export function modelParts(store) {
  const { matches, layout, cursor, table } = store;
  const onlyThese = (/** @type {string[]} */ titles) => Object.fromEntries(table.columns.map(({ title }) => [title, !titles.includes(title)]));
  return {
    search: {
      // What shows the jobs of a run means nothing in the next list.
      get: () => matches.before?.query ?? matches.query,
      set: (query) => {
        matches.before = null;
        matches.query = query ?? "";
        cursor.rewind();
      },
    },
    sort: {
      get: () => matches.before?.sorts.map(({ title, descending }) => [title, descending]) ?? matches.sorts.map(({ descending }, at) => [matches.titles[at] ?? "", descending]),
      set: (sorts) => {
        const found = (sorts ?? []).map((/** @type {[string, boolean]} */ [title, descending]) => ({ column: table.columns.findIndex((column) => column.title === title), descending }));
        matches.sorts = found.filter((/** @type {{column: number}} */ { column }) => column >= 0);
      },
    },
    group: {
      get: () => [...store.groups.by],
      set: (names) => (store.groups.view = names ?? null),
    },
    columns: {
      get: () => (layout.order || layout.hidden.size ? { order: layout.order, hidden: Object.fromEntries(layout.hidden) } : null),
      set: (columns) => {
        const { order = null, hidden = {}, only = null } = columns ?? {};
        layout.take({ order: only ?? order, hidden: only ? onlyThese(only) : hidden, widths: Object.fromEntries(layout.widths) });
      },
    },
    // Python reads it, and nobody sets it.
    shown: { get: () => layout.all.filter((column) => !layout.isHidden(column)).map(({ title }) => title), set: () => {} },
    widths: {
      get: () => Object.fromEntries(layout.widths),
      set: (widths) => layout.take({ order: layout.order, hidden: Object.fromEntries(layout.hidden), widths }),
    },
    drawer: {
      get: () => store.details.job || null,
      set: (job) => {
        if (job && rowOfJob(table, job) >= 0) store.details.show(job);
        else if (store.details.isOpen) store.details.close();
      },
    },
    // Requests bring the reason along.
    reason: { set: (reason) => (store.reason = reason ?? "") },
  };
}

/** Nothing of what was set before. @param {Store} store */
export function startAfresh(store) {
  store.viewState.kept = "";
  // What many rows were selected can be had back.
  store.selection.bulk("none");
  void store.ask("afresh");
}
