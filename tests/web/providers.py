"""Identity providers on loopback, and a platform that is told of them: an OpenID provider and a SAML one, each a program of others."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx
from tests.web.served import ROOT, Served, environment, free_port, served

PEERS = Path(__file__).parent / "peers"
PASSWORD = "Quiet-River-77"
SECRET = "a secret of a test"
NEEDED = ("oidc-provider", "samlify")


class Providers(NamedTuple):
    """The platform, and the two providers that it knows."""

    platform: Served
    openid: Peer
    saml: Peer

    def entries(self) -> list[dict[str, Any]]:
        """The audit log, from its begin."""
        with sqlite3.connect(self.platform.data / "fieldwatch.sqlite3") as store:
            found = store.execute("SELECT actor, action, object, detail FROM store_auditevent ORDER BY number").fetchall()
        return [{"actor": actor, "action": action, "object": object_, **json.loads(detail)} for actor, action, object_, detail in found]

    def roles(self, name: str) -> list[tuple[str, str | None]]:
        """The roles of an account, each with its site."""
        words = """SELECT role, slug FROM store_membership JOIN store_user ON user_id = store_user.id
                   LEFT JOIN store_site ON site_id = store_site.id WHERE username = ? ORDER BY role"""
        with sqlite3.connect(self.platform.data / "fieldwatch.sqlite3") as store:
            return [(role, slug) for role, slug in store.execute(words, [name])]


def missing() -> str:
    """Why the providers cannot be started; "" where they can."""
    if node() is None:
        return "node is not installed"
    gone = [name for name in NEEDED if not (ROOT / "web" / "node_modules" / name).is_dir()]
    return f"{', '.join(gone)} is not installed (in web/: npm ci)" if gone else ""


def node() -> str | None:
    """The program that runs them."""
    return shutil.which("node", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")


ACCOUNTS = f"""
import django
django.setup()
from fieldwatch.store.models import Membership, Site, User
site = Site.objects.create(slug="works", name="Water works")
for name in ("grace", "lise", "mallory", "later"):
    User.objects.create_user(name, f"{{name}}@works.example", None)
User.objects.create_user("off", "off@works.example", None, is_active=False)
User.objects.create_user("local", "local@works.example", {PASSWORD!r})
Membership.objects.create(user=User.objects.get(username="lise"), role="analyst")
Membership.objects.create(user=User.objects.get(username="local"), role="viewer", site=site)
"""


@contextmanager
def providers(folder: Path) -> Iterator[Providers]:
    """Everything, as long as it lasts."""
    port, data = free_port(), folder / "data"
    origin = f"http://localhost:{port}"
    data.mkdir(parents=True)
    _certificate(folder, "ours")
    _certificate(folder, "strange")
    (folder / "secret").write_text(f"{SECRET}\n")
    openid = Peer("openid", {"CLIENT": "fieldwatch", "SECRET": SECRET, "BACK": f"{origin}/accounts/oidc/oidc/login/callback/"})
    files = {"KEY": f"{folder}/ours.key", "CERTIFICATE": f"{folder}/ours.pem", "OTHER": f"{folder}/strange.key"}
    saml = Peer("saml", files | {"SERVICE": f"{origin}/accounts/saml/saml/metadata/"})
    with ExitStack() as all_:
        for one in (openid, saml):
            all_.callback(one.stop)
            one.start()
        (folder / "idp.xml").write_bytes(httpx.get(f"{saml.origin}/metadata", trust_env=False).raise_for_status().content)
        (data / "fieldwatch.toml").write_text(_options(openid.origin, folder))
        platform = all_.enter_context(served(data, port))
        held = environment(data) | {"DJANGO_SETTINGS_MODULE": "fieldwatch.server.settings"}
        subprocess.run([sys.executable, "-c", ACCOUNTS], env=held, check=True)
        yield Providers(platform, openid, saml)


def _options(issuer: str, folder: Path) -> str:
    return f"""\
[accounts]
require_second_factor = false
[oidc]
issuer = "{issuer}"
client = "fieldwatch"
secret_file = "{folder}/secret"
name = "Works OpenID"
roles = "OT Engineers=engineer@works,OT Admins=administrator"
[saml]
metadata = "{folder}/idp.xml"
roles = "OT Engineers=engineer@works"
"""


class Peer:
    """A provider: a program of its own, that can be stopped and started."""

    def __init__(self, name: str, told: dict[str, str]) -> None:
        self.name, self.port = name, free_port()
        self.origin = f"http://127.0.0.1:{self.port}"
        self.told = {"PATH": os.environ.get("PATH", ""), "PORT": str(self.port), **told}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [node() or "node", str(PEERS / f"{self.name}.mjs")]
        self.process = subprocess.Popen(
            command, env=self.told, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        for _ in range(400):
            assert self.process.poll() is None, f"the {self.name} provider ended"
            with socket.socket() as door:
                if door.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise AssertionError(f"the {self.name} provider does not listen")

    def stop(self) -> None:
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGTERM)  # what is called node may be a program that starts it
            self.process.wait(10)


def _certificate(folder: Path, name: str) -> None:
    kind = ["-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}"]
    files = ["-keyout", f"{folder}/{name}.key", "-out", f"{folder}/{name}.pem"]
    subprocess.run(["openssl", "req", "-x509", *kind, *files], check=True, capture_output=True)
