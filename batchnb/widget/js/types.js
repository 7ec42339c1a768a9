// @ts-check
// The shapes of what the modules hand to one another. There is nothing to run in here.

/** @import { Plane } from "./columns/keys.js" */
/** @typedef {Record<string, any>} Json */
/** @typedef {{get(name: string): any, send(content: any, callbacks?: any, buffers?: ArrayBuffer[]): void,
 *   widget_manager?: any, on(name: string, callback: (...parts: any[]) => void): void,
 *   off(name?: string | null, callback?: ((...parts: any[]) => void) | null): void}} Model */
/** @typedef {{title: string, role: string | null, kind: string, hidden: boolean, count: number,
 *   isFlag?: boolean, pending?: Uint8Array,
 *   text(row: number): string, keys(descending: boolean): Plane[],
 *   codes: Codes | null, code(row: number): number, word(code: number): string}} Column */
/** @typedef {Uint8Array | Uint16Array | Uint32Array} Codes */
/** @typedef {{column: number, descending: boolean}} SortKey */
/** What changed: the columns, the matching rows, the selection, some rows, the state of the picker, or the job in the drawer.
 * @typedef {"table" | "rows" | "selection" | "patch" | "state" | "details"} Change */

export {};
