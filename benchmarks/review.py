"""How long `policybook review` takes for a draft of one megabyte: python benchmarks/review.py

The draft is made of the narrative's own paragraphs in random order, so that it is denser in
figures than most reports; each round is a process of its own, as for a user.
"""

from __future__ import annotations

import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from policybook.drafts import read_draft
from policybook.scan import scan

ROOT = Path(__file__).resolve().parent.parent
SIZE = 1_000_000  # bytes
ROUNDS = 5


def make_draft(folder: Path) -> Path:
    """One megabyte of paragraphs of the published narrative."""
    pages = sorted((ROOT / "_build/site/2024Q2/book").glob("*.html"))
    if not pages:
        sys.exit("run `make site` first: the draft is made of the published pages")
    lines = [line for page in pages for line in read_draft(page).text.splitlines() if "。" in line]
    choose, text = random.Random(1), []
    length = 0
    while length < SIZE:
        text.append(choose.choice(lines))
        length += len(text[-1].encode()) + 1
    path = folder / "draft.txt"
    path.write_text("\n".join(text), encoding="utf-8")
    return path


def main() -> None:
    """Print the medians."""
    with tempfile.TemporaryDirectory() as folder:
        path = make_draft(Path(folder))
        text = path.read_text(encoding="utf-8")
        hits = scan(text)
        command = [sys.executable, "-m", "policybook", "review", str(path), "--json"]
        scans, reviews = [], []
        for _ in range(ROUNDS):
            start = time.perf_counter()
            scan(text)
            scans.append(time.perf_counter() - start)
            start = time.perf_counter()
            subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=False)
            reviews.append(time.perf_counter() - start)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    counted = sum(hit.kind == "quantity" for hit in hits)
    print(f"draft: {path.name}, {len(text.encode()):,} bytes, {counted:,} quantities")
    print(f"scan alone:              median {statistics.median(scans):.2f} s")
    print(f"policybook review --json: median {statistics.median(reviews):.2f} s, {peak:.0f} MiB")


if __name__ == "__main__":
    main()
