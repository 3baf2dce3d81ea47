"""Runs the program in forks of one process that has loaded it already: the same process in a tenth of the time."""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import select
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_CALL = """\
#!{python} -IS
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as warm:
    warm.connect({address!r})
    asked = json.dumps([sys.argv[1:], dict(os.environ), os.getcwd()]).encode()
    socket.send_fds(warm, [len(asked).to_bytes(4, "big")], [0, 1, 2])
    warm.sendall(asked)
    code = warm.recv(1)
sys.exit(code[0] if code else 70)
"""


@contextmanager
def warmed(command: Path) -> Iterator[None]:
    """Write an executable that runs the program with its own arguments, environment, folder and streams."""
    address = command.with_suffix(".socket")
    command.write_text(_CALL.format(python=sys.executable, address=str(address)), encoding="utf-8")
    command.chmod(0o755)
    env = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    with subprocess.Popen(
        [sys.executable, "-I", __file__, str(address)], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == b"ready\n"
        yield


def _serve(address: str) -> None:
    """Answer every call with a fork of this process, one at a time, until standard input ends."""
    import reconciler

    for module in pkgutil.walk_packages(reconciler.__path__, "reconciler."):
        importlib.import_module(module.name)
    for name in ("deepdiff", "jsonschema", "jsonschema_rs", "requests", "rich.console", "yaml"):
        importlib.import_module(name)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen()
        os.write(1, b"ready\n")
        while 0 not in select.select([0, listener], [], [])[0]:
            connection, _ = listener.accept()
            with connection:
                _answer(connection)


def _answer(connection: socket.socket) -> None:
    size, streams, _, _ = socket.recv_fds(connection, 4, 3)
    asked = b""
    while len(asked) < int.from_bytes(size, "big"):
        asked += connection.recv(65_536)
    child = os.fork()
    if child == 0:
        _run(json.loads(asked), streams)
    for stream in streams:
        os.close(stream)
    _, status = os.waitpid(child, 0)
    connection.sendall(bytes([os.waitstatus_to_exitcode(status) & 0xFF]))


def _run(asked: tuple[list[str], dict[str, str], str], streams: list[int]) -> None:
    """Be the process that was asked for, and end."""
    from reconciler.cli.main import run

    arguments, env, folder = asked
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(env)
    code = 70
    try:
        code = run(arguments)
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


if __name__ == "__main__":
    _serve(sys.argv[1])
