// The order of rows.
import assert from "node:assert/strict";
import test from "node:test";
import { jobs, table } from "./packed.mjs";
import { bytePlanes } from "../../../batchnb/widget/js/columns/keys.js";
import { nextSort, sortedRows } from "../../../batchnb/widget/js/sort.js";

test("a sort is stable, and what is missing comes last in both directions", () => {
  const columns = jobs();
  const order = (...sorts) => [...sortedRows(sorts, columns, 4)];
  const at = (title) => columns.findIndex((column) => column.title === title);
  assert.deepEqual(order(), [0, 1, 2, 3]);
  assert.deepEqual(order({ column: at("vcpus"), descending: false }), [0, 3, 2, 1]);
  assert.deepEqual(order({ column: at("vcpus"), descending: true }), [2, 0, 3, 1]);
  assert.deepEqual(order({ column: at("createdAt"), descending: true }), [1, 0, 3, 2]);
  assert.deepEqual(order({ column: at("vcpus"), descending: false }, { column: at("createdAt"), descending: false }), [3, 0, 2, 1]);
  assert.deepEqual(order({ column: at("jobName"), descending: false }).slice(-3), [0, 2, 1]);
});

test("a sort is in order, and stable, for whatever numbers", () => {
  let seed = 7;
  const chance = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  const odd = [NaN, 0, -0, Infinity, -Infinity, 1e-300, -1e300, 0.1, -0.1, 5e-324, 2 ** 40, -(2 ** 40)];
  const values = Array.from({ length: 3000 }, (_, row) => (row % 3 ? Math.round(chance() * 40 - 20) : odd[Math.floor(chance() * odd.length)]));
  const [fate, column] = table([{ title: "n", kind: "number", values }], values.length);
  for (const descending of [false, true]) {
    const expected = values.map((_, row) => row).sort((a, b) => {
      const [x, y] = [values[a], values[b]];
      if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y)) || a - b;
      return (x === y ? 0 : (x < y) === descending ? 1 : -1) || a - b;
    });
    assert.deepEqual([...sortedRows([{ column: 1, descending }], [fate, column], values.length)], expected);
  }
});

test("clicks on titles sort up, down and not at all, with shift by several", () => {
  let sorts = nextSort([], 2, false);
  assert.deepEqual(sorts, [{ column: 2, descending: false }]);
  sorts = nextSort(sorts, 5, true);
  assert.equal(sorts.length, 2);
  assert.deepEqual(nextSort(sorts, 2, true)[0], { column: 2, descending: true });
  assert.deepEqual(nextSort([{ column: 2, descending: true }], 2, false), []);
});

/** @param {number[][]} each the planes of a column, the most important first */
const planesOf = (each) => ({ keys: (descending) => bytePlanes(Uint8Array.from(each[0].flatMap((_, row) => each.flatMap((plane) => [plane[row] >> 8, plane[row] & 0xff]))), 2 * each.length, descending) });

test("rows that are alike in the upper bits of a key go by the lower ones, few of them or many", () => {
  let seed = 11;
  const chance = (most) => Math.floor(((seed = (seed * 16807) % 2147483647) / 2147483647) * most);
  // Kinds of values for each plane: with few kinds, long runs are alike.
  for (const kinds of [[1, 2, 3, 2], [3, 2, 1, 40], [500, 1, 1, 2], [2000, 2000, 3, 3], [1, 1, 1, 1], [2, 1, 900, 2]]) {
    const each = kinds.map((kind) => Array.from({ length: 700 }, () => chance(kind)));
    const [first, second] = [each.slice(0, 2), each.slice(2)];
    const columns = [planesOf(first), planesOf(second)];
    for (const [downA, downB] of [[false, false], [true, false], [false, true]]) {
      const compare = (a, b) => {
        for (const plane of each) {
          const isDown = first.includes(plane) ? downA : downB;
          if (plane[a] !== plane[b]) return (plane[a] - plane[b]) * (isDown ? -1 : 1);
        }
        return a - b;
      };
      const expected = Array.from({ length: 700 }, (_, row) => row).sort(compare);
      assert.deepEqual([...sortedRows([{ column: 0, descending: downA }, { column: 1, descending: downB }], columns, 700)], expected);
    }
  }
});
