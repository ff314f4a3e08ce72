"""Asking other machines, politely: one request at a time, not too fast, with time limits and a way to reach us.

Only addresses on the public internet are asked: a record's link must not make a computer ask its own neighbours.
"""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit
from urllib.request import getproxies, proxy_bypass

import urllib3
from urllib3.exceptions import HTTPError, MaxRetryError, NameResolutionError

PACE: Mapping[str, float] = {"api.crossref.org": 0.2, "doi.org": 0.2, "eutils.ncbi.nlm.nih.gov": 0.4}
"""Seconds between two requests to a service: fewer than the five a second of Crossref and the three of NCBI allow."""
USUAL_PACE = 1.0
"""Seconds between two requests to any other host."""
CONNECT_SECONDS, READ_SECONDS, LONGEST_PAUSE = 10.0, 30.0, 60
MAX_HOPS = 8
MAX_BYTES = 20_000_000
PATIENCE = 3
"""After so many requests in a row without an answer a host is left alone."""
_FOR_GOOD, _FOR_NOW = frozenset((301, 308)), frozenset((302, 303, 307))
_LATER = frozenset((429, 500, 502, 503, 504))


class NoAnswerError(OSError):
    """No answer came. The message is shown to the user and says why, in a few words."""

    def __init__(self, why: str, *, no_such_host: bool = False) -> None:
        """``no_such_host`` is True if the name of the host is not known any more."""
        super().__init__(why)
        self.no_such_host = no_such_host


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said, redirects followed."""

    status: int
    """The HTTP status of the last address."""
    moved_to: str
    """Where the first redirects lead, as far as they are said to hold for good; empty if there are none."""
    body: bytes


class Web:
    """Asks for addresses. Remembers when each host was asked last and which ones do not answer."""

    def __init__(
        self, contact: str = "", *, pace: float | None = None, backoff: float = 1.0, private: bool = False
    ) -> None:
        """``contact`` is an e-mail or web address; with ``private`` addresses of inner networks are asked, too.

        ``pace`` and ``backoff`` are seconds: between two requests to a host, and before a failed one is tried again.
        """
        # Crossref asks for a way to reach whoever asks, and answers those more reliably who give one.
        reach = f"; mailto:{contact}" if "@" in contact else f"; +{contact}" if contact else ""
        self._headers = {"User-Agent": f"evidence-site/1 (keeps an evidence review{reach})", "Accept": "*/*"}
        self._pace, self._private = pace, private
        self._retries = urllib3.Retry(
            total=3,
            connect=1,
            read=1,
            status_forcelist=_LATER,
            backoff_factor=backoff,
            retry_after_max=LONGEST_PAUSE,
            raise_on_status=False,
        )
        self._timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS)
        self._pools: dict[str, urllib3.PoolManager] = {}
        self._asked: dict[str, float] = {}
        self._silent: dict[str, int] = {}

    def get(self, address: str, *, body: bool = True) -> Answer:
        """What stands at an address. Without ``body`` only whether something does. Raises NoAnswerError."""
        where, moved_to, for_good = address, "", True
        for _ in range(MAX_HOPS):
            response = self._request(where)
            try:
                location = response.headers.get("Location", "")
                if location and response.status in _FOR_GOOD | _FOR_NOW:
                    where = _joined(where, location)
                    for_good = for_good and response.status in _FOR_GOOD
                    moved_to = where if for_good else moved_to
                    continue
                return Answer(response.status, moved_to, self._read(response) if body else b"")
            finally:
                response.close()
        raise NoAnswerError("its redirects lead in circles")

    def _request(self, address: str) -> urllib3.BaseHTTPResponse:
        try:
            parts = urlsplit(address)
            host = parts.hostname or ""
            if parts.scheme not in ("http", "https") or not host:
                raise ValueError
        except ValueError:
            raise NoAnswerError("it leads to something that is no web address") from None
        if self._silent.get(host, 0) >= PATIENCE:
            raise NoAnswerError(f"{host} does not answer")
        proxy = _proxy(parts.scheme, host)
        if not self._private and not proxy:
            _refuse_inner(host)
        self._wait(host)
        try:
            response = self._pool(proxy).request(
                "GET",
                address,
                headers=self._headers,
                redirect=False,
                retries=self._retries,
                timeout=self._timeout,
                preload_content=False,
            )
        except (HTTPError, ValueError) as error:
            self._silent[host] = self._silent.get(host, 0) + 1
            raise _no_answer(host, error) from None
        self._silent[host] = 0
        return response

    def _read(self, response: urllib3.BaseHTTPResponse) -> bytes:
        try:
            return response.read(MAX_BYTES)
        except HTTPError as error:
            raise NoAnswerError(f"its answer broke off: {type(error).__name__}") from None

    def _pool(self, proxy: str) -> urllib3.PoolManager:
        if proxy not in self._pools:
            self._pools[proxy] = urllib3.ProxyManager(proxy) if proxy else urllib3.PoolManager()
        return self._pools[proxy]

    def _wait(self, host: str) -> None:
        pace = PACE.get(host, USUAL_PACE) if self._pace is None else self._pace
        pause = self._asked.get(host, -pace) + pace - time.monotonic()
        if pause > 0:
            time.sleep(pause)
        self._asked[host] = time.monotonic()


def _joined(address: str, location: str) -> str:
    try:
        return urljoin(address, location)
    except ValueError:
        raise NoAnswerError("it leads to something that is no web address") from None


def _proxy(scheme: str, host: str) -> str:
    """The proxy that this computer's settings name for a host, or nothing."""
    return "" if proxy_bypass(host) else getproxies().get(scheme, "")


def _refuse_inner(host: str) -> None:
    try:
        found = {info[4][0] for info in socket.getaddrinfo(host, None)}
    except (OSError, UnicodeError):
        raise NoAnswerError(f"there is no host {host}", no_such_host=True) from None
    if not all(ipaddress.ip_address(str(number).partition("%")[0]).is_global for number in found):
        raise NoAnswerError(f"{host} is not on the public internet")


def _no_answer(host: str, error: Exception) -> NoAnswerError:
    cause = error.reason if isinstance(error, MaxRetryError) and error.reason else error
    if isinstance(cause, NameResolutionError):
        return NoAnswerError(f"there is no host {host}", no_such_host=True)
    # The library's own messages name objects in memory; its names of errors say enough.
    said = type(cause).__name__.removesuffix("Error")
    return NoAnswerError(f"{host} cannot be reached ({said})")
