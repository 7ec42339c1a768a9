"""What a job is, where it lives, and jobs as rows."""
