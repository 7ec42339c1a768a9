"""What the details say where a call failed: a sentence, and the words of AWS behind it."""

from __future__ import annotations

from batchnb.errors import (
    AccessDeniedError,
    CredentialsError,
    RefusedError,
    ThrottledError,
    UnavailableError,
)
from batchnb.text import shown
from batchnb.widget.details.logs import NO_LOG_YET, JobLog
from batchnb.widget.failures import is_expired, is_unreached, login_line, sentence_of

__all__ = ["GONE", "job_problem", "log_problem"]

GONE = "AWS does not show this job: it ended days ago, was submitted a moment ago, or is of another account or Region."
_NAME_LENGTH = 200


def job_problem(error: Exception, profile: str | None = None) -> str:
    """Return what to say where a job could not be described, or its dependents not be looked for."""
    if isinstance(error, AccessDeniedError):
        return f"You may not look at this job: needs batch:{error.operation}."
    if isinstance(error, ThrottledError):
        return "AWS is throttling us. Try again in a moment."
    return _other(error, profile, "AWS Batch")


def log_problem(error: Exception, log: JobLog, profile: str | None = None, *, has_ended: bool) -> str:
    """Return what to say where a log could not be read."""
    if isinstance(error, AccessDeniedError):
        if error.operation != "GetLogEvents":
            return job_problem(error, profile)
        return f"You may not read this log: needs logs:GetLogEvents on {shown(log.group, _NAME_LENGTH)}."
    if isinstance(error, ThrottledError):
        return "AWS is throttling log reads. Try again in a moment."
    if isinstance(error, RefusedError) and error.code == "ResourceNotFoundException":
        if not has_ended:
            return NO_LOG_YET
        stream, group = shown(log.stream or "", _NAME_LENGTH), shown(log.group, _NAME_LENGTH)
        return f"There is no log: {stream} is not in {group}. It was deleted, or nothing was written."
    return _other(error, profile, "CloudWatch Logs")


def _other(error: Exception, profile: str | None, service: str) -> str:
    if isinstance(error, CredentialsError) and is_expired(error):
        return f"Your AWS session has expired. Run {login_line(profile)}, then try again."
    if isinstance(error, UnavailableError) and is_unreached(error):
        return f"Cannot reach {service}. VPN? Proxy? Region?"
    return sentence_of(error)
