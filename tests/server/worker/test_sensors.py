"""A sensor from its token to the assets: the real door with mutual TLS, a real `fieldwatch sensor`, the worker; then it is revoked."""

from __future__ import annotations

import dataclasses
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client

from fieldwatch.server.options import Options
from fieldwatch.server.sensors.door import door
from fieldwatch.server.worker.loop import Worker
from fieldwatch.store.models import Asset, AuditEvent, Sensor, Site, Source, User

PLANT = Path(__file__).resolve().parents[3] / "examples/plant/plant.pcap"
PATIENCE_S = 60


def until(condition: Callable[[], bool], what: str) -> None:
    """Waits for it."""
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.1)


@contextmanager
def opened(options: Options) -> Iterator[int]:
    """The port of a door that is open."""
    server = door(options)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until(lambda: server.started, "the door does not open")
    try:
        yield int(server.servers[0].sockets[0].getsockname()[1])
    finally:
        server.should_exit = True
        thread.join(PATIENCE_S)


@contextmanager
def running(folder: Path, watched: Path, token: str, port: int) -> Iterator[Path]:
    """A sensor that watches a folder; gives its log."""
    (folder / "sensor.token").write_text(token)
    command = [sys.executable, "-m", "fieldwatch", "sensor", "--watch", str(watched), "--to", f"https://127.0.0.1:{port}"]
    with (folder / "log").open("wb") as log:
        started = [*command, "--token-file", str(folder / "sensor.token"), "--state", str(folder / "state")]
        sensor = subprocess.Popen(started, stderr=log, stdout=log)
        try:
            yield folder / "log"
        finally:
            sensor.terminate()
            sensor.wait(PATIENCE_S)


@pytest.mark.django_db(transaction=True)
def test_from_the_token_to_the_assets_and_out_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, person: Callable[..., User], browser: Callable[[User], Client]
) -> None:
    monkeypatch.setitem(connections.settings["default"], "CONN_MAX_AGE", 0)  # threads of the door leave no connection behind
    site = Site.objects.create(slug="works", name="Water works")
    client = browser(person("engineer", site))
    shown = client.post("/sensors/enrol/", {"site": "works", "name": "north"})
    token = re.search(r"fw1\.[\w.-]+", shown.content.decode())
    assert shown.status_code == 200
    assert token
    options = dataclasses.replace(settings.OPTIONS, values={**settings.OPTIONS.values, "sensors.port": 0}, data=tmp_path / "centre")
    shutil.copytree(settings.DATA / "keys", options.data / "keys")
    watched = tmp_path / "watched"
    watched.mkdir()
    shutil.copy(PLANT, watched / "plant.pcap")
    worker = Worker(options)

    def has_all() -> bool:
        worker.run_until_idle()
        return Asset.objects.filter(parent=None, gone_at=None).count() >= 17

    with opened(options) as port:
        with running(tmp_path, watched, token[0], port):
            until(has_all, "the assets of the plant do not appear")
            until(lambda: bool(Sensor.objects.get().health), "it does not say how it is")
        row = Sensor.objects.get()
        assert (row.name, row.site, row.state) == ("north", site, "enrolled")
        assert Source.objects.get().sensor == row
        assert Asset.objects.filter(order_number__startswith="6ES7").exists()
        assert client.get(f"/sensors/{row.pk}/").status_code == 200
        assert client.post(f"/sensors/{row.pk}/revoke/").status_code == 303
        with running(tmp_path, watched, token[0], port) as log:
            until(lambda: "revoked" in log.read_text(), "the sensor does not say that it is refused")
    assert AuditEvent.objects.filter(action="sensor_revoked", object="north").count() == 1
