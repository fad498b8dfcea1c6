"""However a capture comes, what is known from it is the same: by upload, by command line, by a watched folder, by an interface."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from bench._content import brief, content, differences
from bench._stage import Stage, until
from bench._wire import has_wire, lay

PLANT = Path(__file__).resolve().parents[2] / "examples" / "plant" / "plant.pcap"
WAYS = ("upload", "line", "folder", "live")


@pytest.fixture
def stage(tmp_path: Path, namespace: str) -> Iterator[Stage]:
    if has_wire():
        pytest.skip(has_wire())
    lay(namespace)
    made = Stage(tmp_path, inside=namespace)
    try:
        yield made
    finally:
        made.end()


@pytest.mark.namespace
def test_four_ways_give_the_same_assets_claims_and_operations(stage: Stage) -> None:
    stage.prepare(*WAYS)
    (watched := stage.folder / "watched").mkdir()
    stage.serve()
    until(stage.answers, "the pages answer")
    stage.sensor("folder", "--watch", str(watched))
    listening = stage.sensor("live", "--interface", "seen")
    shutil.copyfile(PLANT, watched / "copied.pcap")
    stage.upload(PLANT, "upload")
    stage.start("ingest", str(PLANT), "--data", str(stage.data), "--site", "line", log="line").wait(120)
    until(stage.listens, "the sensor listens")
    replay = [*stage.within(), "tcpreplay", "-q", "--multiplier=12", "-i", "play", str(PLANT)]
    subprocess.run(replay, check=True, capture_output=True, timeout=120)
    listening.terminate()
    assert listening.wait(60) == 0
    until(lambda: stage.settled(WAYS[:3], 1) and stage.is_over("live"), "all is read")

    upload = content(stage.data, "upload")
    assert (len(upload["claims"]), len(upload["assets"])) > (100, 10)
    assert len(upload["operations"]) > 50
    for way in ("line", "folder"):
        assert not (found := differences(upload, content(stage.data, way))), f"{way}: {brief(found)}"
    live = differences(content(stage.data, "upload", timeless=True), content(stage.data, "live", timeless=True))
    assert not live, f"live: {brief(live)}"
