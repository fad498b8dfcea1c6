"""The FTP server of a controller (pyftpdlib) with one user and a small folder of project files."""

import sys
import tempfile
from pathlib import Path

import works
from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler
from pyftpdlib.servers import FTPServer

USER, PASSWORD = "dosing", "Elms-2019"


def main(name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "station.apx").write_bytes(b"APX\0" + bytes(range(256)) * 128)
        (Path(folder) / "rdt.csv").write_text("time;flow;dose\n06:00;412;1.8\n07:00;433;1.9\n", encoding="ascii")
        authorizer = DummyAuthorizer()
        authorizer.add_user(USER, PASSWORD, folder, perm="elrw")
        FTPHandler.authorizer = authorizer
        FTPHandler.banner = works.says(name, "ftp")["banner"]
        FTPServer(("0.0.0.0", 21), FTPHandler).serve_forever()


if __name__ == "__main__":
    main(sys.argv[1])
