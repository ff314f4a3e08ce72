"""A site shown on this computer, kept in step with its records while somebody writes them.

Pages that a change does not touch are neither made nor written again. A mistake does not take the site away: the last
good pages stay, with the problems on top of each.
"""

from __future__ import annotations

import logging
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader
from mkdocs.livereload import LiveReloadServer
from watchdog.events import FileSystemEvent
from watchdog.observers.api import DEFAULT_EMITTER_TIMEOUT, BaseObserver, EventQueue, ObservedWatch
from watchdog.observers.polling import PollingEmitter, PollingObserver

from evidence_site import publishing, site_settings
from evidence_site.assembled import EMPTY_FOLDER
from evidence_site.folders import PACKAGED
from evidence_site.making import Remaking
from evidence_site.pages import NOTHING, Tree
from evidence_site.problems import Problem, Severity, in_reading_order
from evidence_site.telling import told

LARGE = 1000
"""With more pages than this, the pages of a changed record are shown before all others that tell of it."""

LOOK_EVERY = 0.25
"""Seconds between two looks at the files of the review."""


class Preview:
    """A folder with the site of a review, brought up to date when asked."""

    def __init__(self, root: Path, folder: Path, make: Remaking, url: str) -> None:
        """Nothing is made yet. ``url`` is where the folder will be served."""
        self._root = root
        self._folder = folder
        self._make = make
        self._url = url
        self._tree = NOTHING
        self._assembled = EMPTY_FOLDER
        self.banner = b""
        """What stands on top of each page while there are errors; empty while there are none."""

    @property
    def is_empty(self) -> bool:
        """Whether no site could be made so far."""
        return not self._tree.files

    def show_first(self) -> bool:
        """In a large site, bring only the pages of changed studies and sources up to date; whether that was done."""
        tree = self._make.first(self._tree) if len(self._tree.made) > LARGE else None
        if tree is not None:
            self.banner = b""
            self._put(tree)
        return tree is not None

    def _put(self, tree: Tree) -> list[Problem]:
        self._tree = tree
        problems, self._assembled = publishing.preview(
            self._root, tree, self._folder, self._assembled, site_url=self._url
        )
        return problems

    def refresh(self) -> list[Problem]:
        """Bring the folder in step with the review; returns what keeps it from being so."""
        tree, found = self._make.everything(self._tree)
        if tree is not None:
            found += self._put(tree)
        errors = [p for p in in_reading_order(found) if p.severity is Severity.ERROR]
        self.banner = banner(errors, first=self.is_empty) if errors else b""
        if self.is_empty:
            for name in ("index.html", NOT_FOUND):
                (self._folder / name).write_bytes(_filled("nothing_yet.html.j2"))
        return errors


NOT_FOUND = "404.html"


def banner(errors: Sequence[Problem], *, first: bool = False) -> bytes:
    """The problems as HTML, to stand on top of a page; ``first`` if there was no good page before."""
    return _filled("problems.html.j2", problems=errors, first=first)


def _filled(name: str, **context: object) -> bytes:
    environment = Environment(loader=FileSystemLoader(str(PACKAGED / "partials")), autoescape=True)
    return environment.get_template(name).render(context).encode()


class _Look(PollingEmitter):
    """Looks at a folder or file again and again, also where it is gone for a while or not there yet.

    Without this the looking would end for good when git, an editor or a person moves the folder and puts it back.
    """

    def __init__(
        self,
        event_queue: EventQueue,
        watch: ObservedWatch,
        *,
        timeout: float = DEFAULT_EMITTER_TIMEOUT,
        event_filter: list[type[FileSystemEvent]] | None = None,
    ) -> None:
        def status(path: str) -> os.stat_result:
            try:
                return Path(path).stat()
            except (FileNotFoundError, NotADirectoryError):
                if path != watch.path:
                    raise
                return _GONE

        super().__init__(event_queue, watch, timeout=timeout, event_filter=event_filter, stat=status)


_GONE = os.stat_result((0,) * 10)
"""What is known of a file that is not there; it differs from that of any file, so that it counts as a change."""


class _Observer(PollingObserver):
    """Looks from the moment at which it is first started, so that nothing saved during the first build goes unseen."""

    def __init__(self) -> None:
        BaseObserver.__init__(self, _Look, timeout=LOOK_EVERY)

    def start(self) -> None:
        if not self.is_alive():
            super().start()


class _TakenError(Exception):
    """The address belongs to another program or computer. The message is that of the system."""


class _Server(LiveReloadServer):
    """MkDocs' server, which reloads pages in browsers, with the preview's banner in them."""

    preview: Preview

    def server_bind(self) -> None:
        """Take the address. Raises _TakenError if that is not possible."""
        try:
            super().server_bind()
        except OSError as error:
            raise _TakenError(error.strerror or str(error)) from None

    def server_activate(self) -> None:
        """Listen, and say so."""
        super().server_activate()
        sys.stderr.write(f"Open {self.url} in a browser. Ctrl+C ends it.\n")

    def reload(self) -> None:
        """Let browsers load again what they show, while a rebuild goes on."""
        with self._epoch_cond:
            self._visible_epoch = self._wanted_epoch
            self._epoch_cond.notify_all()

    def go_on(self) -> None:
        """Count what comes next as a change of its own, which browsers load in the end."""
        with self._epoch_cond:
            self._wanted_epoch = max(self._wanted_epoch, self._visible_epoch) + 1

    def error_page(self, code: int) -> bytes | None:
        """What stands where no page is; while no page could be made at all, it is loaded again with the first."""
        content = _page(Path(self.root, f"{code}.html"))
        if content is None or not self.preview.is_empty:
            return content
        return self._inject_js_into_html(content, self._visible_epoch)

    def _inject_js_into_html(self, content: bytes, epoch: int) -> bytes:
        content = content.replace(b"<main", self.preview.banner + b"<main", 1)
        return bytes(super()._inject_js_into_html(content, epoch))  # type: ignore[no-untyped-call]


GRACE = 3.0
"""Seconds in which a server may end in good order."""


@contextmanager
def ending_soon(folder: Path) -> Iterator[None]:
    """Let Ctrl+C end the process within ``GRACE`` seconds, whatever is under way; the folder is removed then.

    An interruption may come at a moment at which it is lost, or leaves a lock behind that nobody opens any more.
    """

    def at_once() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        os._exit(0)

    def interrupted(*_: object) -> None:
        timer.start()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        raise KeyboardInterrupt

    timer = threading.Timer(GRACE, at_once)
    timer.daemon = True
    before = signal.signal(signal.SIGINT, interrupted)
    try:
        yield
    finally:
        timer.cancel()
        signal.signal(signal.SIGINT, before)


def serve(root: Path, host: str, port: int, make: Remaking, watched: Sequence[Path]) -> int:
    """Serve until interrupted; 2 if the address cannot be used.

    Of a review with problems from the start the problems are shown, and the site as soon as there is one.
    """
    with tempfile.TemporaryDirectory(prefix="evidence-site-") as folder:
        path = urlsplit(site_settings.site_url(root)).path or "/"
        preview = Preview(root, Path(folder), make, f"http://{host}:{port}/{path.strip('/')}".rstrip("/") + "/")

        servers: list[_Server] = []

        def refresh() -> None:
            start = time.monotonic()
            shown_first = preview.show_first()
            if shown_first:
                servers[0].reload()
                sys.stderr.write(f"What changed is shown ({time.monotonic() - start:.1f} s); the rest follows.\n")
            errors = preview.refresh()
            sys.stderr.write(told(root, errors))
            if preview.is_empty:
                sys.stderr.write("There is nothing to show yet; the site comes as soon as the problems are mended.\n")
                return
            what = "The last good site stays, with the problems on top" if errors else "The site is up to date"
            sys.stderr.write(f"{what} ({time.monotonic() - start:.1f} s).\n")
            if shown_first:
                servers[0].go_on()

        logging.getLogger("mkdocs.livereload").setLevel(logging.WARNING)
        server = _Server(refresh, host, port, folder, mount_path=path, polling_interval=LOOK_EVERY, shutdown_delay=0.25)
        server.observer = _Observer()
        server.preview = preview
        servers.append(server)
        server.error_handler = server.error_page
        for item in watched:
            server.watch(str(item))
        server.observer.start()
        refresh()
        with ending_soon(Path(folder)):
            try:
                with suppress(KeyboardInterrupt):
                    server.serve()  # type: ignore[no-untyped-call]
            except _TakenError as error:
                sys.stderr.write(
                    f"The site cannot be shown at {host}:{port}: {error}. If another terminal shows it there already, "
                    f"end that with Ctrl+C, or choose another port: --address {host}:{port % 65535 + 1}\n"
                )
                return 2
            finally:
                server.shutdown()
    return 0


def _page(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None
