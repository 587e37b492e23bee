"""Parts of pages that the program writes itself: compared with the file, or written anew: COMMISSARY_WRITE_DOCS=1."""

import os
from pathlib import Path

END = "<!-- end of table -->\n"


def compare_or_write(page: Path, name: str, content: str) -> None:
    """The part of `page` between `<!-- table: name -->` and the end mark equals `content`."""
    begin = f"<!-- table: {name} -->\n"
    text = page.read_text(encoding="utf-8")
    before, found, rest = text.partition(begin)
    present, closed, after = rest.partition(END)
    assert found and closed, f"{page.name} has no place for {name}"
    if os.environ.get("COMMISSARY_WRITE_DOCS"):
        page.write_text(before + begin + content + END + after, encoding="utf-8")
        return
    assert present == content, f"{page.name} is out of date: COMMISSARY_WRITE_DOCS=1 pytest tests/docs"
