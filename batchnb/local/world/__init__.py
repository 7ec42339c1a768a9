"""What the emulated account holds and how it changes: queues, jobs, their states, and time. Knows no HTTP."""
