"""What a reader gives up, looked at from within it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

PROGRAM = """
import json, os, resource, socket, sys
from fieldwatch.pipeline.confine import Limits, confine, end_with

end_with(os.getppid())
before = os.open(sys.argv[1], os.O_WRONLY)
warnings = confine(Limits(memory_mib=600, cpu_s=5, files=9))
status = dict(line.split(":", 1) for line in open("/proc/self/status").read().splitlines())
try:
    bytearray(700 << 20)
    memory = "enough"
except MemoryError:
    memory = "none"
try:
    os.write(before, b"x")
    written = "written"
except OSError as error:
    written = error.strerror
print(json.dumps({
    "warnings": warnings, "memory": memory, "written": written, "new rights": status["NoNewPrivs"].strip(),
    "limits": [resource.getrlimit(getattr(resource, f"RLIMIT_{what}")) for what in ("CPU", "NOFILE", "FSIZE", "CORE")],
    "interfaces": [name for _, name in socket.if_nameindex()],
}))
"""


@pytest.fixture(scope="module")
def confined(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    if sys.platform != "linux":
        pytest.skip("on Linux only")
    path = tmp_path_factory.mktemp("confined") / "file"
    path.touch()
    done = subprocess.run([sys.executable, "-B", "-c", PROGRAM, str(path)], check=True, capture_output=True, text=True, timeout=60)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_memory_time_and_files_are_bounded(confined: dict[str, Any]) -> None:
    assert confined["memory"] == "none"
    assert confined["limits"] == [[5, 6], [9, 9], [0, 0], [0, 0]]


def test_no_file_is_written(confined: dict[str, Any]) -> None:
    assert confined["written"] == "File too large"


def test_no_new_rights(confined: dict[str, Any]) -> None:
    assert confined["new rights"] == "1"


def test_no_network_or_a_word_about_it(confined: dict[str, Any]) -> None:
    if confined["warnings"]:
        assert "keeps its access to the network" in confined["warnings"][0]
    else:
        assert confined["interfaces"] in ([], ["lo"])


def test_who_has_lost_its_parent_ends_at_once() -> None:
    program = f"from fieldwatch.pipeline.confine import end_with\nend_with({os.getpid() + 1})\nprint('goes on')"
    done = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (1, "")
