// A round trip through @aws-sdk/client-batch: submit, watch, read the log, end, and be refused.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";

import {
  BatchClient, DescribeJobsCommand, ListJobsCommand, RegisterJobDefinitionCommand, SubmitJobCommand,
  TerminateJobCommand, paginateListJobs,
} from "@aws-sdk/client-batch";
import * as batchModule from "@aws-sdk/client-batch";
import { CloudWatchLogsClient, GetLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";

const batch = new BatchClient({});
const identity = await new STSClient({}).send(new GetCallerIdentityCommand({}));
assert.equal(identity.Account, process.env.EXPECTED_ACCOUNT);

const resourceRequirements = [{ type: "VCPU", value: "2" }, { type: "MEMORY", value: "1024" }];
const containerProperties = { image: "image:1", command: ["run", "Ref::path"], resourceRequirements };
const definition = await batch.send(new RegisterJobDefinitionCommand({
  jobDefinitionName: "from-javascript", type: "container", containerProperties, parameters: { path: "s3://default" },
}));
assert.equal(definition.revision, 1);

const submit = async (jobName, more = {}) =>
  (await batch.send(new SubmitJobCommand({
    jobName, jobQueue: "ecs", jobDefinition: "from-javascript", ...more,
  }))).jobId;
const describe = async (jobId) => (await batch.send(new DescribeJobsCommand({ jobs: [jobId] }))).jobs[0];
const wait = async (jobId, ...wanted) => {
  for (;;) {
    const job = await describe(jobId);
    if (wanted.includes(job.status)) return job;
    assert.ok(!["SUCCEEDED", "FAILED"].includes(job.status), `${job.status}: ${job.statusReason}`);
    await sleep(50);
  }
};

const done = await wait(await submit("exit-137-0", {
  parameters: { path: "s3://given" },
  retryStrategy: { attempts: 2 },
  containerOverrides: { environment: [{ name: "A", value: "ä" }] },
  tags: { "batchnb:run-seconds": "30" },
}), "SUCCEEDED");
assert.deepEqual(done.attempts.map((attempt) => attempt.container.exitCode), [137, 0]);
assert.deepEqual(done.container.environment, [{ name: "A", value: "ä" }]);

const log = await new CloudWatchLogsClient({}).send(new GetLogEventsCommand({
  logGroupName: "/aws/batch/job", logStreamName: done.container.logStreamName, startFromHead: true,
}));
assert.ok(log.events.some((event) => event.message === "+ run s3://given"));

const long = await submit("long", { tags: { "batchnb:run-seconds": "1e9" } });
await wait(long, "RUNNING");
await batch.send(new TerminateJobCommand({ jobId: long, reason: "OPS-1 from JavaScript" }));
assert.equal((await wait(long, "FAILED")).statusReason, "OPS-1 from JavaScript");

const waiting = [];
for (let index = 0; index < 3; index += 1) waiting.push(await submit(`many-${index}`, { dependsOn: [] }));
if (batchModule.TerminateJobsCommand) {
  const ended = await batch.send(new batchModule.TerminateJobsCommand({ jobs: waiting, reason: "OPS-2" }));
  assert.deepEqual([ended.successful, ended.errors], [waiting, []]);
}
const found = [];
const pages = paginateListJobs({ client: batch, pageSize: 2 }, {
  jobQueue: "ecs", filters: [{ name: "JOB_NAME", values: ["MANY-*"] }],
});
for await (const page of pages) found.push(...page.jobSummaryList.map((job) => job.jobId));
assert.deepEqual(found.sort(), waiting.sort());

await assert.rejects(batch.send(new ListJobsCommand({ jobQueue: "nowhere" })), { name: "ClientException" });
console.log("round trip done");
