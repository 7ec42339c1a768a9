// @ts-check
// The parts of a view that the model has itself: search, sort, columns and their widths, and the reason.
/** @import { Store } from "./store.js" */
/** @import { ViewPart } from "./view_state.js" */

/** @param {Store} store @returns {Record<string, ViewPart>} */
export function modelParts(store) {
  const { matches, layout, cursor, table } = store;
  return {
    search: {
      get: () => matches.query,
      set: (query) => {
        matches.query = query ?? "";
        cursor.rewind();
      },
    },
    sort: {
      get: () => matches.sorts.map(({ descending }, at) => [matches.titles[at] ?? "", descending]),
      set: (sorts) => {
        const found = (sorts ?? []).map((/** @type {[string, boolean]} */ [title, descending]) => ({ column: table.columns.findIndex((column) => column.title === title), descending }));
        matches.sorts = found.filter((/** @type {{column: number}} */ { column }) => column >= 0);
      },
    },
    columns: {
      get: () => (layout.hidden.size ? { order: null, hidden: Object.fromEntries(layout.hidden) } : null),
      set: (columns) => {
        const { hidden = {}, only = null } = columns ?? {};
        layout.hidden.clear();
        for (const [title, isHidden] of Object.entries(hidden)) layout.hidden.set(title, isHidden === true);
        if (only) for (const { title } of table.columns) layout.hidden.set(title, !only.includes(title));
      },
    },
    // Python reads it, and nobody sets it.
    shown: { get: () => layout.columns.map(({ title }) => title), set: () => {} },
    widths: {
      get: () => Object.fromEntries(layout.widths),
      set: (widths) => {
        layout.widths.clear();
        for (const [title, width] of Object.entries(widths ?? {})) layout.widths.set(title, width);
      },
    },
    // Requests bring the reason along.
    reason: { set: (reason) => (store.reason = reason ?? "") },
  };
}
