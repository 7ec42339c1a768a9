"""What the runbook notebooks compute."""
