"""Refuses a body that is too large before it is read. Standards: RFC 9110 8.6, 15.5.14; ASGI 3.0 (`http.request`).

The framework reads whole bodies into files before any view sees them: what is too large has to be stopped here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from fieldwatch.server.api.problem import Problem, Type

MOST = 16 * 2**20
"""Bytes that any body may have. Captures come in pieces."""

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


class _TooLarge(Exception):
    """More came than was announced, or than is allowed."""


class BodyLimit:
    """An application behind the limit."""

    def __init__(self, app: App, most: int = MOST) -> None:
        self.app = app
        self.most = most

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answers 413, or lets the application answer."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if not announced.isdigit() or len(announced) > 18 or int(announced) > self.most:
            return await self._refuse(send, announced.decode("latin-1"))
        came = 0

        async def counted() -> Message:
            nonlocal came
            message = await receive()
            came += len(message.get("body", b""))
            if came > self.most:
                raise _TooLarge
            return message

        try:
            return await self.app(scope, counted, send)
        except _TooLarge:
            return await self._refuse(send, f"more than {self.most}")

    async def _refuse(self, send: Send, read: str) -> None:
        problem = Problem(
            Type.TOO_LARGE, "The body is too large.", read=f"{read} bytes", allowed=f"{self.most} bytes", do="send captures in pieces"
        )
        answer = problem.answer()
        headers = [(name.lower().encode(), value.encode()) for name, value in answer.items()]
        await send({"type": "http.response.start", "status": answer.status_code, "headers": [*headers, (b"connection", b"close")]})
        await send({"type": "http.response.body", "body": answer.content})
