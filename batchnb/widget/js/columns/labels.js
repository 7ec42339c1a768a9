// @ts-check
// What stands above a column: a plain word for what AWS or the kernel calls otherwise.
/** @import { Column } from "../types.js" */

/** @type {Record<string, string>} */
const LABELS = {
  name: "Name", status: "Status", fate: "Result", for: "For", definition: "Definition", vcpu: "vCPU", gpu: "GPU", memory: "Memory",
  tries: "Tries", queue: "Queue", created: "Age", id: "Job id", started: "Started", stopped: "Stopped", reason: "Reason", size: "Array",
  exit: "Exit", hours: "Hours", cost: "Cost",
};

/** @param {Pick<Column, "role" | "title">} column */
export const labelOf = ({ role, title }) => (role !== null && Object.hasOwn(LABELS, role) ? LABELS[role] : title);

/** Whether a column's values stand to the right, as numbers do. @param {Pick<Column, "role" | "kind">} column */
export const isNumeric = ({ role, kind }) => kind === "number" || role === "created";
