"""The Nu HTML checker, as W3C's validator uses it: one version of its npm package, known by its hash.

It comes as an npm package because the packages on PyPI that carry it are years behind. Run as a program, this module
fetches it into .cache/, without npm's lock file, which names addresses, and without running what the package brings.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

VERSION = "26.9.27"
SHA256 = "5970d3ffca91a627cf0965e5d91bb2e4242307c29292998de0b419d6a901b2b7"
JAR = Path(__file__).resolve().parent.parent / ".cache" / f"vnu-{VERSION}" / "vnu.jar"


def messages(folder: Path) -> list[str]:
    """Everything that the checker says of the HTML in a folder: ``error: treatments/index.html:12: Bad value …``."""
    options = ["--format", "json", "--stdout", "--exit-zero-always", "--skip-non-html"]
    command = ["java", "-jar", str(JAR), *options, str(folder.resolve())]
    said = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    # A file has no address that 'self' could stand for. That pages keep their policy is shown in a browser, test_policy.py.
    heard = [m for m in said["messages"] if " violates Content Security Policy (meta tag): " not in m["message"]]
    return [_line(message, folder.resolve()) for message in heard]


def _line(message: dict[str, Any], folder: Path) -> str:
    path = Path(unquote(urlsplit(message.get("url", "")).path))
    file = path.relative_to(folder) if path.is_relative_to(folder) else path
    kind = message.get("subType", message["type"])
    return f"{kind}: {file}:{message.get('lastLine', 1)}: {message['message']} {message.get('extract', '').strip()}"


def install() -> None:
    """Fetch the checker, unless it is there."""
    if not JAR.is_file():
        JAR.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=JAR.parent) as folder:
            command = ["npm", "pack", "--silent", "--pack-destination", folder, f"vnu-jar@{VERSION}"]
            subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, check=True)
            (package,) = Path(folder).glob("*.tgz")
            if hashlib.sha256(package.read_bytes()).hexdigest() != SHA256:
                sys.exit("What npm brought is not the HTML checker that was asked for: its hash differs.")
            with tarfile.open(package) as opened:
                jar = opened.extractfile("package/build/dist/vnu.jar")
                assert jar is not None
                fresh = Path(folder) / "vnu.jar"
                fresh.write_bytes(jar.read())
            fresh.replace(JAR)
    subprocess.run(["java", "-jar", JAR, "--version"], stdout=subprocess.DEVNULL, check=True)


if __name__ == "__main__":
    try:
        install()
    except (OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"The HTML checker needs Java 17 or newer, and npm to fetch it: {error}")
