"""Command-line clients of the plant's people: curl, ssh, snmpget, and the resolver, FTP and Telnet of Python's own library."""

import ftplib
import io
import socket
import subprocess
import telnetlib

import works

PATIENCE_S = 15.0


def command(*argv: str) -> str:
    """Run one client; its words, or RuntimeError where it says that it failed."""
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=PATIENCE_S)
    if done.returncode:
        raise RuntimeError(f"exit {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def page(name: str, *, scheme: str = "http", user: str = "") -> str:
    """The start page of that host, first asked for without a login as browsers do; a device's own certificate is accepted, as people do."""
    login = ["--anyauth", "--user", user] if user else []
    return command(
        "curl", "--silent", "--show-error", "--fail", "--insecure", "--max-time", "10", *login, f"{scheme}://{works.address(name)}/"
    )


def system_group(name: str, community: str) -> str:
    """The system group of an SNMP agent (RFC 3418): description, object id, contact, name and location."""
    objects = [f"1.3.6.1.2.1.1.{number}.0" for number in (1, 2, 4, 5, 6)]
    return command("snmpget", "-v2c", "-c", community, "-On", "-t", "2", "-r", "0", works.address(name), *objects)


def look_up(name: str) -> str:
    """The address of a host, asked of the works' DNS."""
    return str(socket.getaddrinfo(f"{name}.{works.DOMAIN}", None, socket.AF_INET)[0][4][0])


def shell(name: str, key: str) -> str:
    """One command over SSH with a key; the host key is taken as it comes."""
    options = ["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "BatchMode=yes", "-o", "ConnectTimeout=8"]
    return command("ssh", *options, "-i", key, f"root@{works.address(name)}", "status")


def fetch(name: str, user: str, password: str, file: str) -> bytes:
    """One file over FTP, in passive mode."""
    content = io.BytesIO()
    with ftplib.FTP(works.address(name), timeout=PATIENCE_S) as ftp:
        ftp.login(user, password)
        ftp.retrbinary(f"RETR {file}", content.write)
    return content.getvalue()


def knock(name: str, user: str, password: str) -> str:
    """A Telnet login that is refused; what the host said until then."""
    with telnetlib.Telnet(works.address(name), timeout=PATIENCE_S) as telnet:
        greeting = telnet.read_until(b"login: ", PATIENCE_S)
        telnet.write(user.encode() + b"\r\n")
        telnet.read_until(b"password: ", PATIENCE_S)
        telnet.write(password.encode() + b"\r\n")
        telnet.read_all()
    return greeting.decode(errors="replace")
