"""A server on this computer that stands in for services on the network, and answers as they were seen to answer."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from evidence_site.web import Answer, Web

Reply = Mapping[str, Any]
"""status, and text, json or location; ``headers`` if need be."""


@dataclass
class Recorded:
    """Answers by address. Ask it instead of the web."""

    port: int
    replies: dict[str, Reply | list[Reply]]
    """A list is answered one after the other; its last holds for all further questions."""
    asked: list[str] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)
    web: Web = field(default_factory=lambda: Web("keeper@example.org", pace=0, backoff=0, private=True))

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def ask(self, address: str, *, body: bool = True) -> Answer:
        """What ``Web.get`` gives, with this server in the place of every host."""
        answer = self.web.get(self.base + address.partition("://")[2], body=body)
        return replace(answer, moved_to=answer.moved_to.replace(self.base, "https://"))

    def reply(self, path: str) -> Reply:
        address = "https:/" + path
        self.asked.append(address)
        reply = self.replies.get(address, {"status": 404, "text": "nothing here"})
        if isinstance(reply, list):
            return reply.pop(0) if len(reply) > 1 else reply[0]
        return reply


@contextmanager
def recorded(replies: Mapping[str, Reply | list[Reply]]) -> Iterator[Recorded]:
    """A server for the time of a test."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            service.agents.add(self.headers["User-Agent"])
            reply = service.reply(self.path)
            body = json.dumps(reply["json"]) if "json" in reply else str(reply.get("text", ""))
            self.send_response(int(reply["status"]))
            for name, value in dict(reply.get("headers", {})).items():
                self.send_header(name, value)
            if "location" in reply:
                self.send_header("Location", reply["location"])
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service = Recorded(server.server_port, dict(replies))
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
