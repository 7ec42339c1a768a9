"""The details of one job: what DescribeJobs says of it, its log, and what waits for it, each when somebody asks."""
