"""Load by wrk: bounded in time and connections, with every answer that is no success counted."""

import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from bench.installation import ITEMS, LOCATIONS, Target


class MissingLoadGenerator(Exception):
    """wrk is not on this machine."""


@dataclass(frozen=True, slots=True)
class Load:
    """What a run of wrk measured. Latencies in milliseconds; `refused` answers were no success."""

    requests: int
    seconds: float
    refused: int
    socket_errors: int
    p50_ms: float
    p99_ms: float
    p999_ms: float
    example: str

    @property
    def per_second(self) -> float:
        """Successful answers a second."""
        return (self.requests - self.refused) / self.seconds


def run(target: Target, script: str, *, connections: int, seconds: int, rows: int = 0) -> Load:
    """Run one script against the target. Raises RuntimeError when wrk itself fails."""
    program = shutil.which("wrk")
    if program is None:
        raise MissingLoadGenerator("wrk is missing; `make bench` installs it where it may.")
    environment = {
        **os.environ,
        "BENCH_KEY": target.key,
        "BENCH_RUN": f"{time.time_ns():x}",
        "BENCH_ITEMS": str(ITEMS),
        "BENCH_LOCATIONS": str(LOCATIONS),
        "BENCH_ROWS": str(rows),
        "BENCH_SEQUENCE": str(time.time_ns() // 1_000_000 * 1000),
    }
    command = [
        program, "-t", "2", "-c", str(connections), "-d", f"{seconds}s", "--latency", "--timeout", "20s",
        "-s", f"bench/wrk/{script}.lua", target.address,
    ]  # fmt: skip
    done = subprocess.run(
        command,
        env=environment,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[1],
        timeout=seconds + 60,
        check=False,
    )
    line = next((line for line in done.stdout.splitlines() if line.startswith("RESULT\t")), None)
    if line is None:
        raise RuntimeError(f"wrk gave no result:\n{done.stdout}{done.stderr}")
    _, requests, micros, refused, errors, p50, p99, p999, example = line.split("\t")
    return Load(
        int(requests),
        int(micros) / 1e6,
        int(refused),
        int(errors),
        float(p50),
        float(p99),
        float(p999),
        example,
    )
