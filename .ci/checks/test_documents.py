"""What the documents say can be followed."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def documents() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return listed.stdout.split()


@pytest.mark.parametrize("document", documents())
def test_links_to_files_lead_somewhere(document: str) -> None:
    path = ROOT / document
    links = re.findall(r"\]\(([^)#\s]+)", path.read_text())
    local = [link for link in links if "://" not in link and not link.startswith("mailto:")]
    assert [link for link in local if not (path.parent / link).exists()] == []


def test_make_help_lists_every_verb() -> None:
    makefile = (ROOT / "Makefile").read_text()
    verbs = set(re.findall(r"^\.PHONY: ([a-z-]+)$", makefile, re.M))
    done = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert set(re.findall(r"^  make ([a-z-]+) ", done.stdout, re.M)) == verbs
    assert done.stderr == ""


@pytest.mark.parametrize("document", documents())
def test_make_can_do_what_documents_say(document: str) -> None:
    """But for `make image-<folder>` and its like, which name no verb yet."""
    named = set(re.findall(r"(?:^|`)make ([a-z][a-z-]*)", (ROOT / document).read_text(), re.M))
    verbs = sorted(verb for verb in named if not verb.endswith("-"))
    command = ["make", "--dry-run", "DOCKER=true", "help", *verbs]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
