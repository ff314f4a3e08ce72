"""What a browser may do with a page of the site: a content security policy, and the headers that go with it.

Should text from a record ever come alive in spite of all escaping, the browser still runs nothing: scripts and styles
come from the site's own files only, and a page talks to the site's own host and to nobody else.
"""

from __future__ import annotations

from collections.abc import Mapping

_DIRECTIVES: Mapping[str, str] = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    # The theme draws its icons from data addresses in its stylesheet.
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "worker-src": "'self'",
    "manifest-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
}
_IN_HEADERS_ONLY: Mapping[str, str] = {"frame-ancestors": "'none'"}
"""What a browser obeys in a header, and complains about in a page."""


def _text(directives: Mapping[str, str]) -> str:
    return "; ".join(f"{name} {sources}" for name, sources in directives.items())


POLICY = _text({**_DIRECTIVES, **_IN_HEADERS_ONLY})
"""The policy as the value of the header ``Content-Security-Policy``."""

POLICY_IN_PAGE = _text(_DIRECTIVES)
"""The policy as a page says it of itself, for hosts that send no headers."""

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Which page somebody read can tell what she has: no other site learns it.
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
"""What a host should send with every file."""


def headers_file() -> str:
    """The file ``_headers``, which Netlify, Cloudflare Pages and others read from the root of a site."""
    return "/*\n" + "".join(f"  {name}: {value}\n" for name, value in HEADERS.items())
