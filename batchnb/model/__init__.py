"""What a person holds: plans, results and reports. Frozen; makes no calls."""
