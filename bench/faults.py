"""A long job against a service that fails in five ways at once: every row has to end, every call to be accounted for.

Run by hand: `python bench/faults.py [--rows 500]`. 5 % answer 500, 5 % 529, 3 % break off in mid-stream, 2 % end
without an end, 1 % fall silent. The endpoint is the simulator in this process; it counts every call it is asked for.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
import time
from pathlib import Path

from kill import order, settings_for
from killing import Endpoint, check_tables, fork_worker, looking

MIX = "500:0.05,529:0.05,reset:0.03,cut:0.02,stall:0.01"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=500)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="brightrun-faults-") as folder, Endpoint(faults=MIX) as endpoint:
        settings = settings_for(Path(folder), endpoint, timeout=2.0, concurrency=16)
        asyncio.run(order(settings, Path(folder), chosen.rows, depth="dialogue"))
        path, began = Path(settings.database), time.monotonic()
        status = os.waitpid(fork_worker(path), 0)[1]
        seconds = time.monotonic() - began
        check_tables(path)
        with looking(path) as db:
            (job,) = db.execute("SELECT * FROM generation_jobs").fetchall()
            logs = db.execute(
                "SELECT error_class, coalesce(status_code, 0) AS code, count(*) AS number, sum(cost_microusd) AS cost, "
                "sum(response <> '') AS kept FROM generation_logs GROUP BY 1, 2 ORDER BY 3 DESC"
            ).fetchall()
            failed = db.execute("SELECT error, count(*) FROM generation_queue WHERE status = 'failed' GROUP BY 1")
            reasons = [tuple(row) for row in failed.fetchall()]
            untold = db.execute(
                "SELECT count(*) FROM generation_queue q WHERE status = 'failed' AND attempts < 3"
            ).fetchone()[0]
    assert status == 0
    assert job["status"] == "completed", dict(job)
    assert job["done"] + job["failed"] == job["total"] == chosen.rows
    assert endpoint.calls == job["calls"], "every call that was made is in the log"
    assert untold == 0, "no row failed before its attempts were used up"
    print(f"rows                {job['done']} of {job['total']} done, {job['failed']} failed after 3 attempts")
    for reason, number in reasons:
        print(f"  {number} x {reason}")
    print(f"calls               {endpoint.calls} at the endpoint, {job['calls']} in the log")
    for log in logs:
        what = f"{log['error_class'] or 'answered'} {log['code'] or ''}".strip()
        half = f", {log['kept']} with what had arrived" if log["error_class"] and log["kept"] else ""
        print(f"  {what:<26} {log['number']:>5}   ${log['cost'] / 1e6:.4f}{half}")
    print(f"time                {seconds:.0f} s at {settings.concurrency} conversations at once")


if __name__ == "__main__":
    main()
