"""Requests that schemathesis makes up from the OpenAPI document, sent to a platform that runs: none may end in an error of the server."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench._feeds import PLANT
from bench._machine import ROOT
from bench._part import Missing, Outcome, Part, Promise
from bench._stage import Stage, until
from bench._table import table

EXAMPLES = 60
"""Requests of each operation that are made up by chance, beside those of limits and examples."""

STREAM = "/api/v1/events"
"""An answer that does not end."""

OWN = "/api/v1/tokens/{key}"
"""What would take away who asks."""


def run(times: int) -> Outcome:
    with tempfile.TemporaryDirectory() as made:
        stage = Stage(Path(made) / "stage", options="address_per_minute = 0\n")
        stage.prepare("site")
        try:
            stage.serve()
            until(stage.answers, "the pages answer")
            stage.upload(PLANT, "site")
            until(lambda: stage.settled(("site",), 1), "the capture is read")
            told = asked(stage, EXAMPLES * times, Path(made))
        finally:
            stage.end()
    return judged(told)


def asked(stage: Stage, examples: int, folder: Path) -> dict[str, Any]:
    """What schemathesis reports of a run against the stage. Raises Missing where it could not be run."""
    report = folder / "report.json"
    command = [Path(sys.executable).parent / "schemathesis", "run", ROOT / "docs" / "openapi.json"]
    command += ["--url", f"http://127.0.0.1:{stage.pages}", "-H", f"Authorization: Bearer {stage.tokens.api}"]
    command += ["--checks", "not_a_server_error", "--phases", "examples,coverage,fuzzing", "-n", str(examples), "--seed", "4"]
    command += ["--exclude-path", STREAM, "--exclude-path", OWN, "--request-timeout", "60", "--continue-on-failure", "--no-shrink"]
    command += ["--report", "json", "--report-json-path", report, "--generation-database", "none", "--no-color"]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, cwd=folder)
    if not report.exists():
        raise Missing(f"schemathesis did not run: {(done.stdout + done.stderr)[-600:]}")
    found: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    return found


def judged(told: dict[str, Any]) -> Outcome:
    """The report as a result."""
    operations, cases = told["operations"], told["test_cases"]
    rows = [
        ("operations of the document", operations["total"], "those left out: the stream of events, and the tokens of who asks"),
        ("operations asked", operations["tested"], ""),
        ("requests", cases["generated"], ""),
        ("answers that are an error of the server", cases["with_failures"], "; ".join(str(one)[:200] for one in told["failures"])),
        ("requests that could not be sent", cases["errored"], "; ".join(str(one)[:200] for one in told["errors"])),
    ]
    text = f"""\
schemathesis {told["schemathesis_version"]} against `fieldwatch serve` with the example plant's capture, by a token of an administrator:
examples, limits of each parameter, and {EXAMPLES} requests an operation made up by chance (seed {told["seed"]}), right ones and wrong ones.

{table(["what", "count", ""], [(what, f"{count:,}", more) for what, count, more in rows])}"""
    wrong = cases["with_failures"] + cases["errored"]
    whole = told["complete"] and operations["tested"] == operations["selected"]
    promises = (
        Promise("errors of the server", "0", f"{wrong}", wrong == 0),
        Promise("operations that were asked", f"{operations['selected']}", f"{operations['tested']}", whole),
    )
    return Outcome(text, promises)


PART = Part("contract", "Requests that are made up from the OpenAPI document: errors of the server", run, 1)
