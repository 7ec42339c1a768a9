"""Links to the consoles of AWS: only for ids that parse, and in partitions whose consoles are known.

The addresses are those that the consoles themselves show; AWS does not document them.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from batchnb.errors import BatchnbError
from batchnb.jobs.ids import JobId, parse_job_id

__all__ = ["job_link", "log_link"]

_HOSTS = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}
_REGION = re.compile(r"[a-z]{2,8}(?:-[a-z0-9]{1,16}){1,4}", re.ASCII)
_PLAIN = "!~*'()"
"""What encodeURIComponent of JavaScript leaves as it is, beside letters, digits, `-`, `_` and `.`."""


def job_link(job_arn: object, *, is_array: bool = False, is_multi_node: bool = False) -> str | None:
    """Return the address of a job in the console of AWS Batch, None where there is none.

    A node leads to its multi-node job.
    """
    job = _job_in(job_arn)
    host = _host(job, job.region) if job is not None else None
    if job is None or host is None:
        return None
    job_id, kind = job.multi_node_job or job.job_id, "detail"
    if is_array:
        kind = "array-job"
    elif is_multi_node or job.multi_node_job:
        kind = "mnp-job"
    return f"https://{host}/batch/home?region={job.region}#jobs/{kind}/{job_id}"


def log_link(job_arn: object, group: str, stream: str, region: str | None = None) -> str | None:
    """Return the address of a log stream in the console of CloudWatch, None where there is none.

    `region` is that of the log group, where it is another than the job's.
    """
    job = _job_in(job_arn)
    region = region or (job.region if job else None)
    host = _host(job, region) if job is not None else None
    if host is None:
        return None
    where = f"log-group/{_twice(group)}/log-events/{_twice(stream)}"
    return f"https://{host}/cloudwatch/home?region={region}#logsV2:log-groups/{where}"


def _job_in(job_arn: object) -> JobId | None:
    try:
        job = parse_job_id(job_arn)
    except BatchnbError:
        return None
    return job if job.region else None


def _host(job: JobId, region: str | None) -> str | None:
    host = _HOSTS.get(job.partition or "")
    return f"{region}.{host}" if host and region and _REGION.fullmatch(region) else None


def _twice(text: str) -> str:
    """Return a text as the console has it in addresses: encoded twice, with `$` for `%`.

    >>> _twice("/aws/batch/job")
    '$252Faws$252Fbatch$252Fjob'
    """
    return _encoded(_encoded(text)).replace("%", "$")


def _encoded(text: str) -> str:
    return quote(text, safe=_PLAIN, errors="replace")
