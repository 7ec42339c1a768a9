"""Jobs to measure the picker with: ten columns, as a listing has them."""

from __future__ import annotations

import numpy as np
import pandas as pd


def jobs(rows: int) -> pd.DataFrame:
    """Return a frame of so many jobs, the same each time."""
    chance = np.random.default_rng(1)
    hexes = chance.bytes(16 * rows).hex()
    ids = [hexes[32 * row : 32 * row + 32] for row in range(rows)]
    moments = 1_790_000_000_000 + chance.integers(0, 10**9, rows)
    return pd.DataFrame(
        {
            "jobId": [f"{one[:8]}-{one[8:12]}-{one[12:16]}-{one[16:20]}-{one[20:]}" for one in ids],
            "jobName": [f"sweep-{row % 97}-{row}" for row in range(rows)],
            "jobQueue": pd.Categorical(chance.choice(["train-gpu", "train-cpu", "etl"], rows)),
            "status": pd.Categorical(chance.choice(["RUNNABLE", "RUNNING", "STARTING"], rows)),
            "statusReason": pd.Categorical(chance.choice(["", "waiting for capacity"], rows)),
            "createdAt": pd.to_datetime(moments, unit="ms", utc=True),
            "startedAt": pd.to_datetime(moments + 60_000, unit="ms", utc=True),
            "jobDefinition": pd.Categorical(chance.choice([f"train:{number}" for number in range(50)], rows)),
            "vcpus": chance.integers(1, 96, rows),
            "score": chance.random(rows),
        }
    )
