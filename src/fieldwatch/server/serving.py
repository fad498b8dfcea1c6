"""The listening sockets: pages and API for people and programs, and beside them a door with client certificates for sensors."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Iterator

import uvicorn

from fieldwatch.server.asgi import application
from fieldwatch.server.options import Options


def listening(options: Options) -> socket.socket:
    """The socket of pages and API. Raises OSError where the address is taken, or is none of this machine."""
    family = socket.AF_INET6 if ":" in options["server.host"] else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind((options["server.host"], options["server.port"]))
    made.listen(1024)
    made.set_inheritable(True)
    return made


def serve(options: Options, pages: socket.socket, say: Callable[[str], None] | None) -> None:
    """Serves until SIGTERM or SIGINT. `say` prints what whoever starts it should know; without it this is one process among several, which
    serves pages and nothing else.
    """
    asyncio.run(_serve(options, pages, say))


class Server(uvicorn.Server):
    """A server whose signals are handled by `_serve`: it ends, and so does all that was started beside it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Captures none."""
        yield


async def _serve(options: Options, pages: socket.socket, say: Callable[[str], None] | None) -> None:
    servers: list[uvicorn.Server] = [Server(_pages(options))]
    running = [asyncio.create_task(servers[0].serve(sockets=[pages]))]
    if say is not None and options["sensors.port"]:
        from fieldwatch.server.sensors.door import door

        servers.append(door(options))
        running.append(asyncio.create_task(servers[-1].serve()))
    _end_with_signals(servers)
    while not all(server.started or task.done() for server, task in zip(servers, running, strict=True)):
        await asyncio.sleep(0.02)
    if say is not None and not any(task.done() for task in running):
        await asyncio.to_thread(_announce, options, say)
    await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
    for server in servers:
        server.should_exit = True
    for task in running:
        with contextlib.suppress(SystemExit):
            await task


def _end_with_signals(servers: list[uvicorn.Server]) -> None:
    """SIGTERM and SIGINT end the servers once the requests at hand are answered; a second one ends them at once."""
    loop = asyncio.get_running_loop()

    def end() -> None:
        for server in servers:
            server.force_exit = server.should_exit
            server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end)


def _pages(options: Options) -> uvicorn.Config:
    return uvicorn.Config(
        application,
        ssl_certfile=options["server.certificate"] or None,
        ssl_keyfile=options["server.key"] or None,
        proxy_headers=options["server.behind_proxy"],
        forwarded_allow_ips="127.0.0.1",
        server_header=False,
        access_log=False,
        log_level="warning",
        lifespan="off",
        timeout_keep_alive=30,
        timeout_graceful_shutdown=3,  # streams of events do not end by themselves
        limit_concurrency=512,
        h11_max_incomplete_event_size=65536,
    )


def _announce(options: Options, say: Callable[[str], None]) -> None:
    """Where the pages are; and, before there is an administrator, the link with which the first one is made."""
    from fieldwatch.server.accounts.setup import setup_link

    scheme = "https" if options["server.certificate"] else "http"
    host = options["server.name"] or options["server.host"].replace("127.0.0.1", "localhost")
    origin = f"{scheme}://{host}:{options['server.port']}"
    say(f"Fieldwatch serves {origin}/ (Ctrl-C ends it)")
    link = setup_link(origin)
    if link:
        say(f"Nobody has an account yet. This link makes the first one; it works once, for a day:\n  {link}")
