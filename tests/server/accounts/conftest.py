"""Nothing of one test's limits is left for the next; a directory of the organisation on loopback."""

from __future__ import annotations

import base64
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from django.core.cache import cache

SLAPD = shutil.which("slapd") or "/usr/sbin/slapd"
BASE = "dc=works,dc=example"
LOOKUP = f"cn=lookup,{BASE}"


@pytest.fixture(autouse=True)
def _no_limits_left() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


class Directory(NamedTuple):
    """A running slapd: where it is, whose certificate to believe, the password of the look-up user."""

    url: str
    authority: Path
    password_file: Path


PEOPLE = f"""\
dn: {BASE}
objectClass: dcObject
objectClass: organization
o: Works
dc: works

dn: ou=people,{BASE}
objectClass: organizationalUnit
ou: people

dn: uid=grace,ou=people,{BASE}
objectClass: inetOrgPerson
uid: grace
cn: Grace
sn: Höpper
givenName: Grace
mail: grace@works.example
userPassword: compiler
employeeType: cn=ot,ou=groups,{BASE}

dn: uid=twin,ou=people,{BASE}
objectClass: inetOrgPerson
uid: twin
cn: Twin One
sn: Twin
userPassword: same

dn: uid=other,ou=people,{BASE}
objectClass: inetOrgPerson
uid: other
uid: twin
cn: Twin Two
sn: Twin
userPassword: same
"""


def _conf(folder: Path) -> str:
    schema = "\n".join(f"include /etc/ldap/schema/{name}.schema" for name in ("core", "cosine", "inetorgperson"))
    return f"""\
{schema}
pidfile {folder}/slapd.pid
modulepath /usr/lib/ldap
moduleload back_mdb
TLSCACertificateFile {folder}/cert.pem
TLSCertificateFile {folder}/cert.pem
TLSCertificateKeyFile {folder}/key.pem
database mdb
maxsize 10485760
suffix "{BASE}"
rootdn "{LOOKUP}"
rootpw looking
directory {folder}/db
access to attrs=userPassword by anonymous auth
access to * by * none
"""


@pytest.fixture(scope="session")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Directory]:
    """A slapd on loopback, with a certificate of its own and three people."""
    if not Path(SLAPD).exists():
        pytest.skip("slapd is not installed (Debian: apt-get install slapd)")
    folder = tmp_path_factory.mktemp("slapd")
    (folder / "db").mkdir()
    (folder / "slapd.conf").write_text(_conf(folder))
    (folder / "people.ldif").write_text(_readable(PEOPLE))
    (folder / "password").write_text("looking\n")
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    files = ["-keyout", f"{folder}/key.pem", "-out", f"{folder}/cert.pem"]
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    subprocess.run(["openssl", "req", "-x509", *kind, *files, *subject], check=True, capture_output=True)
    added = subprocess.run(
        ["slapadd", "-f", f"{folder}/slapd.conf", "-l", f"{folder}/people.ldif"], check=False, capture_output=True, text=True
    )
    assert added.returncode == 0, added.stderr
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [SLAPD, "-f", f"{folder}/slapd.conf", "-h", f"ldaps://127.0.0.1:{port}/", "-d", "0"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _until_it_listens(port, process)
        yield Directory(f"ldaps://localhost:{port}", folder / "cert.pem", folder / "password")
    finally:
        process.terminate()
        process.wait(10)


def _readable(ldif: str) -> str:
    """Values that are not ASCII in base64 (RFC 2849)."""
    lines = []
    for line in ldif.splitlines():
        name, _, value = line.partition(": ")
        lines.append(line if line.isascii() else f"{name}:: {base64.b64encode(value.encode()).decode()}")
    return "\n".join(lines) + "\n"


def _until_it_listens(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        assert process.poll() is None, "slapd ended"
        with socket.socket() as door:
            if door.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("slapd does not listen")
