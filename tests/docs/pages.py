"""Run a page of the documentation as a reader would: its `sh` blocks, in order, in one shell.

Rules for writers. A block in `sh` is run as it stands; blocks in other languages (`bash` for what a reader sets up or
only reads) are not. The shell finds `COMMISSARY` and `KEY` set, and `commissary` on its path. A comment at the end of a
command says what it must come to: `# 201` the HTTP status of a call with `-i`, `# exit 2` an exit code other than 0. A
block with `# Ctrl-C ends it` is a command of its own that goes on until it is interrupted. Whatever else fails, fails
the test: statuses and exit codes must be those of the comments, each of them, in their order.
"""

import asyncio
import os
import re
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PROMISED = re.compile(r"# (?:(\d{3})|exit (\d+))$", re.MULTILINE)
_SEEN = re.compile(r"^HTTP/[\d.]+ (\d{3})\b|^EXIT (\d+)$", re.MULTILINE)
_ENDLESS = "# Ctrl-C ends it"
_PROLOG = 'trap \'printf "\\nEXIT %s\\n" "$?"\' ERR\n'
_TIME_LIMIT_S = 120


@dataclass(frozen=True, slots=True)
class Ran:
    """What a page printed, and what its comments promised against what came."""

    promised: list[str]
    seen: list[str]
    output: str


def sh_blocks(page: Path, section: str | None = None) -> list[str]:
    """The blocks to run, of the whole page or of the section with this heading."""
    text = page.read_text(encoding="utf-8")
    if section is not None:
        _, found, text = text.partition(f"\n## {section}\n")
        assert found, f"{page.name} has no section {section}"
        text = text.partition("\n## ")[0]
    return _BLOCK.findall(text)


async def run_page(blocks: Sequence[str], environment: Mapping[str, str], directory: Path) -> Ran:
    """Run the blocks in `directory`; those that never end are interrupted after their first lines."""
    output = ""
    script = _PROLOG
    for block in blocks:
        if _ENDLESS in block:
            output += await _run(script, environment, directory)
            output += await _run_endless(block, environment, directory)
            # What a new shell must know again: functions and variables, not calls.
            script = _PROLOG + "".join(_definitions(blocks))
        else:
            script += block
    output += await _run(script, environment, directory)
    joined = "".join(block for block in blocks if _ENDLESS not in block)
    return Ran(_words(_PROMISED, joined), _words(_SEEN, output), output)


def _definitions(blocks: Sequence[str]) -> list[str]:
    return [line + "\n" for block in blocks for line in block.splitlines() if re.match(r"\w+\(\) \{", line)]


def _words(pattern: re.Pattern[str], text: str) -> list[str]:
    return [match[1] or f"exit {match[2]}" for match in pattern.finditer(text.replace("\r\n", "\n"))]


async def _start(script: str, environment: Mapping[str, str], directory: Path) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        "bash",
        "-c",
        script,
        cwd=directory,
        env={**os.environ, **environment},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )


async def _run(script: str, environment: Mapping[str, str], directory: Path) -> str:
    process = await _start(script, environment, directory)
    try:
        output, _ = await asyncio.wait_for(process.communicate(), _TIME_LIMIT_S)
    finally:
        _end(process, signal.SIGKILL)
    return output.decode()


async def _run_endless(block: str, environment: Mapping[str, str], directory: Path) -> str:
    """Read the first line, then interrupt as a person does; a command that ends by itself has not kept its word."""
    process = await _start(f"exec {block}", environment, directory)
    assert process.stdout is not None
    try:
        first = await asyncio.wait_for(process.stdout.readline(), _TIME_LIMIT_S)
        assert process.returncode is None, first.decode()
        _end(process, signal.SIGINT)
        rest = await asyncio.wait_for(process.stdout.read(), _TIME_LIMIT_S)
        code = await asyncio.wait_for(process.wait(), _TIME_LIMIT_S)
    finally:
        _end(process, signal.SIGKILL)
    assert code == 0, f"{block.strip()} ended with {code}: {(first + rest).decode()}"
    return (first + rest).decode()


def _end(process: asyncio.subprocess.Process, how: signal.Signals) -> None:
    if process.returncode is None:
        os.killpg(process.pid, how)
