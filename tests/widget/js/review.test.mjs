// The rows of the review, the sentences around them, and the header strip.
import assert from "node:assert/strict";
import test from "node:test";
import { ROWS_SHOWN, hiddenText, lineParts, oddText, outOfSightText, reviewRow, shownRows, spokenReview, takesText, titleText, totalRow } from "../../../batchnb/widget/js/review/rows.js";
import { badgeText, listAge, placeParts } from "../../../batchnb/widget/js/strip/strip_text.js";

const HOUR = 3_600_000;
const row = (more = {}) => ({
  group: 0, definition: "train-sweep:7", first: "sweep-000", last: "sweep-059", jobs: 60, arrays: 0, live: 0, terminate: 42, cancel: 18,
  oldest: 0, vcpus: 336, gpus: 42, unknown: 0, odd: "", isMarked: false, ...more,
});
const plan = (more = {}) => ({
  toEnd: 61, terminate: 43, cancel: 18, oldest: 0, madeAt: 7 * HOUR, frees: { vcpus: 352, gpus: 50, unknown: 0 }, blocked: [], raised: "", nothing: "",
  isProduction: false, dependents: 0, rows: [row(), row({ group: 1, first: "sweep-prod", last: "sweep-prod", jobs: 1, odd: "the only train-prod", isMarked: true })],
  restGroups: 0, restJobs: 0, ...more,
});

test("a row says what it holds, and what is not known is no 0", () => {
  const shown = reviewRow(row(), 7 * HOUR);
  assert.deepEqual([shown.names, shown.more, shown.terminate, shown.cancel, shown.oldest, shown.vcpus, shown.gpus], ["sweep-000 … sweep-059", "60", "42", "18", "7h", "336", "42"]);
  const unknown = reviewRow(row({ vcpus: 0, gpus: 4, unknown: 2, oldest: null, terminate: 0 }), 7 * HOUR);
  assert.deepEqual([unknown.vcpus, unknown.gpus, unknown.oldest, unknown.terminate], ["–", "4+", "–", "–"]);
  assert.equal(reviewRow(row({ oldest: 9 * HOUR }), 7 * HOUR).oldest, "–", "a clock that is wrong makes no age");
});

test("one job stands with its name, an array with its children", () => {
  assert.deepEqual([reviewRow(row({ first: "a", last: "a", jobs: 1 }), 0).names, reviewRow(row({ first: "a", last: "a", jobs: 1 }), 0).more], ["a", ""]);
  assert.equal(reviewRow(row({ first: "", last: "", jobs: 1 }), 0).names, "(no name)");
  assert.equal(reviewRow(row({ jobs: 1, arrays: 1, live: 95 }), 0).more, "1 array, 95 live children");
  assert.equal(reviewRow(row({ jobs: 60, arrays: 2, live: 1 }), 0).more, "60, with 2 arrays, 1 live child");
});

test("below the rows stands the sum, the least of it where some is not known", () => {
  assert.equal(totalRow(plan()).vcpus, "352");
  assert.equal(totalRow(plan({ frees: { vcpus: 352, gpus: 0, unknown: 3 } })).vcpus, "at least 352");
  assert.equal(totalRow(plan({ frees: { vcpus: 352, gpus: 0, unknown: 3 } })).gpus, "not known");
  assert.equal(totalRow(plan({ frees: { vcpus: 0, gpus: 0, unknown: 0 } })).gpus, "–");
  assert.equal(totalRow(plan({ frees: { vcpus: 0.25, gpus: 0, unknown: 0 } })).vcpus, "0.25");
});

test("marked rows are always shown, last, and the others up to eight", () => {
  const many = Array.from({ length: 20 }, (_, group) => row({ group, jobs: 2 }));
  const odd = row({ group: 20, jobs: 1, isMarked: true });
  const closed = shownRows({ rows: [...many, odd], restGroups: 100, restJobs: 300 }, false);
  assert.equal(closed.rows.length, ROWS_SHOWN);
  assert.equal(closed.rows.at(-1), odd);
  assert.deepEqual([closed.hiddenGroups, closed.hiddenJobs], [20 - (ROWS_SHOWN - 1) + 100, 2 * (20 - (ROWS_SHOWN - 1)) + 300]);
  assert.equal(hiddenText(closed.hiddenGroups, closed.hiddenJobs), "113 more groups, 326 jobs");
  const open = shownRows({ rows: [...many, odd], restGroups: 100, restJobs: 300 }, true);
  assert.deepEqual([open.rows.length, open.hiddenGroups], [21, 100]);
  assert.equal(shownRows({ rows: many.slice(0, 9), restGroups: 0, restJobs: 0 }, false).hiddenGroups, 0, "a line for one group saves nothing");
});

test("no job is lost between what is shown and what is hidden", () => {
  for (let alike = 0; alike < 30; alike += 1) for (let marked = 0; marked < 12; marked += 1) for (const isOpen of [true, false]) {
    const rows = [...Array(alike).fill(row({ jobs: 3 })), ...Array(marked).fill(row({ jobs: 1, isMarked: true }))];
    const shown = shownRows({ rows, restGroups: 0, restJobs: 0 }, isOpen);
    const jobs = shown.rows.reduce((sum, one) => sum + one.jobs, 0);
    assert.equal(jobs + shown.hiddenJobs, 3 * alike + marked);
    assert.equal(shown.rows.filter((one) => one.isMarked).length, marked);
  }
});

test("the question names the number, and production with its account", () => {
  assert.equal(titleText(plan(), { account: "123456789012" }), "Terminate 61 jobs?");
  assert.equal(titleText(plan({ isProduction: true }), { account: "123456789012" }), "Terminate 61 jobs in PRODUCTION, account 123456789012?");
  assert.equal(titleText(plan({ toEnd: 0 }), {}), "None of these jobs can be ended.");
  assert.equal(titleText(plan({ blocked: ["no"] }), {}), "These jobs cannot be ended from here.");
});

test("what becomes of the jobs is one sentence for each kind", () => {
  assert.equal(lineParts(plan()).join(""), "43 have started and will be terminated. 18 have not and will be cancelled. AWS will show all of them as FAILED.");
  assert.equal(lineParts(plan({ toEnd: 1, terminate: 0, cancel: 1 })).join(""), "1 has not started and will be cancelled. AWS will show it as FAILED.");
  assert.equal(lineParts(plan({ blocked: ["Read-only."] })).join(""), "43 have started and would be terminated. 18 have not and would be cancelled.");
  assert.deepEqual(lineParts(plan({ toEnd: 0, nothing: "Nothing to end: 1 is protected." })), ["Nothing to end: 1 is protected."]);
});

test("what is odd and what is out of sight is counted in jobs", () => {
  assert.equal(oddText(plan()), "1 odd one out is still in. ");
  assert.equal(oddText(plan({ rows: [row()] })), "");
  assert.equal(outOfSightText(67, 10, "name:a*"), "57 of the 67 do not match your search");
  assert.equal(outOfSightText(67, 66, ""), "1 of the 67 does not match the filter above the table");
  assert.equal(outOfSightText(67, 67, "a"), "");
});

test("who hears the review hears what who sees it sees", () => {
  const spoken = spokenReview(plan({ dependents: 1, raised: "Raised." }), {});
  assert.equal(spoken, "Review. Terminate 61 jobs. 43 terminated, 18 cancelled. 1 odd one out: sweep-prod. 1 job outside fails with them. Raised.");
});

test("the strip says where the jobs are, and never takes an unknown place for a known one", () => {
  assert.equal(badgeText({ badge: "production" }), "PRODUCTION");
  assert.equal(badgeText({ badge: "emulator" }), "EMULATOR, not AWS");
  assert.equal(badgeText({ badge: "constructor" }), "PLACE NOT KNOWN");
  assert.equal(badgeText({}), "PLACE NOT KNOWN");
  const said = (where) => placeParts(where).map(({ text, isBold }) => (isBold ? `*${text}*` : text)).join(" · ");
  const here = { account: "123456789012", region: "eu-west-1", caller: null };
  assert.equal(said({ ...here, isAsking: true }), "*123456789012* · eu-west-1 · asking who you are…");
  assert.equal(said(here), "*123456789012* · eu-west-1 · caller not known");
  assert.equal(said({ ...here, alias: "acme-ml-prod", caller: "maria@acme (oncall)", isAsking: true }), "*acme-ml-prod* · 123456789012 · eu-west-1 · maria@acme (oncall)");
  assert.equal(said({}), "caller not known");
});

test("a list is old from half an hour", () => {
  assert.deepEqual(listAge(0, 59_000), { text: "Listed just now", isOld: false });
  assert.deepEqual(listAge(0, 12 * 60_000), { text: "Listed 12 min ago", isOld: false });
  assert.deepEqual(listAge(0, 47 * 60_000), { text: "▲ Listed 47 min ago", isOld: true });
  assert.deepEqual(listAge(0, 50 * HOUR), { text: "▲ Listed 2 days ago", isOld: true });
  assert.deepEqual(listAge(10 * HOUR, 0), { text: "Listed just now", isOld: false });
  assert.deepEqual(listAge(null, 0), { text: "", isOld: false });
});

test("what a run takes is said where there is one, roughly, and with the rate that it supposes", () => {
  const takes = (toEnd, terminate, blocked = []) => takesText({ toEnd, terminate, blocked });
  assert.equal(takes(67, 45), "a few seconds for the requests; running jobs then have about 30 s to stop.");
  assert.equal(takes(45, 45), "a few seconds for the requests; the jobs then have about 30 s to stop.");
  assert.equal(takes(22, 0), "a few seconds for the requests.");
  assert.equal(takes(1200, 0), "about 30 s for the requests, at 50 jobs a second.");
  assert.equal(takes(3000, 0), "about 1 minute for the requests, at 50 jobs a second.");
  assert.equal(takes(7000, 1), "about 2 minutes for the requests, at 50 jobs a second; running jobs then have about 30 s to stop.");
  assert.equal(takes(500_000, 0), "about 3 hours for the requests, at 50 jobs a second.");
  for (let jobs = 500; jobs < 1_000_000; jobs = Math.ceil(jobs * 1.01)) assert.match(takes(jobs, 0), /^about ([1-5]0 s|1 minute|[1-8]?\d minutes|[2-9] hours) for/, String(jobs));
  assert.deepEqual([takes(22, 0, ["x"]), takes(0, 0)], ["", ""]);
});

test("rows of one definition stand together, in the order of the largest of each", () => {
  const rows = ["a:1", "b:1", "a:1", "c:1", "b:1"].map((definition, group) => row({ definition, group }));
  assert.deepEqual(shownRows({ rows, restGroups: 0, restJobs: 0 }, false).rows.map(({ group }) => group), [0, 2, 1, 4, 3]);
});
