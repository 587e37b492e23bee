"""What no file of the repository says: where it was written, and which registry its packages came from.

A lock file that names a registry installs from nowhere else; a path of one machine is wrong on all others.
"""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.arch.checks.tree import Problem, relative

_DOT = re.escape(".")
_REGISTRIES = (
    ("pypi", "org"),
    ("python" + "hosted", "org"),
    ("npmjs", "org"),
    ("npmjs", "com"),
    ("npmmirror", "com"),
    ("yarnpkg", "com"),
    ("anaconda", "org"),
    ("rubygems", "org"),
    ("crates", "io"),
    ("golang", "org"),
    ("debian", "org"),
)
REGISTRY = re.compile("|".join(rf"\b{name}{_DOT}{end}\b" for name, end in _REGISTRIES), re.IGNORECASE)
# Ada is invented: tests may give her a home.
MACHINE_PATH = re.compile(r"(?<![\w.~*/-])/(?:home|Users|root|tmp|opt|work)/(?!ada\b)[\w.-]+")

_SKIPPED_FOLDERS = frozenset({".git", ".venv", "node_modules", "__pycache__"})
_SKIPPED_SUFFIXES = frozenset({".png", ".jpg", ".ico", ".woff2", ".parquet", ".gz"})


def kept_files(root: Path) -> list[Path]:
    """Files that the repository keeps or would keep at the next commit; every file where there is none."""
    if (root / ".git").exists():
        listing = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=root,
            check=True,
            capture_output=True,
            text=True,
        )
        files = [root / name for name in listing.stdout.split("\0") if name]
    else:
        every = root.rglob("*")
        files = [path for path in every if not _SKIPPED_FOLDERS & set(path.relative_to(root).parts)]
    return sorted(path for path in files if path.is_file() and path.suffix not in _SKIPPED_SUFFIXES)


def forbidden_words(root: Path) -> Iterator[Problem]:
    """No registry host and no path of a machine in any file."""
    for path in kept_files(root):
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for rule, pattern in (("registry", REGISTRY), ("machine path", MACHINE_PATH)):
            for number, line in enumerate(text.splitlines(), start=1):
                found = pattern.search(line)
                if found:
                    yield Problem(rule, relative(root, path), f"line {number} names {found[0]}")
