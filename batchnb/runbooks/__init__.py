"""What the runbook notebooks compute."""

from batchnb.runbooks.runbook import Runbook

__all__ = ["Runbook"]
