"""`fieldwatch account`, as a process on a store of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest


def _said(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FIELDWATCH_")}
    code = "import argparse, sys; from fieldwatch.cli import account; p = argparse.ArgumentParser(); v = p.add_subparsers(); "
    code += "account.declare(v); g = p.parse_args(sys.argv[1:]); g.run(g)"
    command = [sys.executable, "-c", code, "account", *words, "--data", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, env=kept, check=False, timeout=120)


@pytest.mark.timeout(240)
def test_an_account_is_made_and_let_in_again_by_links_only(tmp_path: Path) -> None:
    made = _said(tmp_path, "create", "ada", "--role", "administrator")
    assert made.returncode == 0, made.stderr
    link = r"http://localhost:8484/accounts/password/reset/key/\S+/\n"
    assert re.search(link, made.stdout) and "password" in made.stdout
    again = _said(tmp_path, "reset", "ada")
    assert re.search(link, again.stdout) and again.stdout != made.stdout
    for words, refusal in (
        (("create", "ada", "--role", "viewer"), "ada: A user with that username already exists"),
        (("create", "bob", "--role", "viewer", "--site", "x"), "--site x: there is no such site; known are: none"),
    ):
        refused = _said(tmp_path, *words)
        assert refused.returncode != 0 and refusal in refused.stderr and "Traceback" not in refused.stderr, refused.stderr
