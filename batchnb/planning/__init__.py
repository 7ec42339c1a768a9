"""From ids to a plan, and approval before anything is sent."""
