"""A PostgreSQL server of the tests' own: on a free port of the loopback, in a folder of its own, gone when it is closed."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from itertools import count
from pathlib import Path


def find_binaries() -> Path | None:
    """Return the folder of the newest server's programs, or None where no server is installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if on_path := shutil.which("initdb"):
        found.append(Path(on_path).resolve())
    return found[-1].parent if found else None


class Server:
    """A running server; it refuses to run as root, and runs as ``postgres`` then."""

    def __init__(self, binaries: Path) -> None:
        self._binaries = binaries
        self._numbers = count()
        self._user = "postgres" if os.geteuid() == 0 else None
        self._folder = Path(tempfile.mkdtemp(prefix="dateline-postgres-"))
        if self._user:
            who = pwd.getpwnam(self._user)
            os.chown(self._folder, who.pw_uid, who.pw_gid)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._call("initdb", "-D", str(self._data), "-A", "trust", "-U", "tester", "-E", "UTF8", "--locale=C.UTF-8", "-N")
        self.start()

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def start(self) -> None:
        settings = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self._folder} -F"
        self._call("pg_ctl", "-D", str(self._data), "-l", str(self._folder / "log"), "-o", settings, "-w", "start")

    def stop(self, how: str = "fast") -> None:
        self._call("pg_ctl", "-D", str(self._data), "-m", how, "-w", "stop")

    def make_database(self) -> str:
        """Return the address of a new, empty database."""
        name = f"test_{next(self._numbers)}_{time.monotonic_ns()}"
        self._call("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "tester", name)
        return f"postgresql://tester@127.0.0.1:{self.port}/{name}"

    def clear(self, url: str) -> None:
        """Take everything out of a database."""
        self._call("psql", "-q", "-d", url, "-c", "DROP SCHEMA public CASCADE; CREATE SCHEMA public")

    def close(self) -> None:
        try:
            self.stop("immediate")
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _call(self, program: str, *words: str) -> None:
        # No pipes: the server would hold them open for ever.
        with (self._folder / "calls.log").open("ab") as log:
            done = subprocess.run(
                [self._binaries / program, *words],
                user=self._user,
                group=self._user,
                extra_groups=[] if self._user else None,
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"},
                check=False,
            )
        if done.returncode:
            raise RuntimeError(f"{program} failed: {(self._folder / 'calls.log').read_text()[-2000:]}")
