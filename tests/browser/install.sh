#!/bin/sh
# Make sure that there is a Chromium for the browser tests: the system's, Debian's package, or Playwright's own.
set -eu
: "${PYTHON:=python3}"
for name in chromium chromium-browser google-chrome google-chrome-stable; do
  if command -v "$name" >/dev/null 2>&1; then exit 0; fi
done
if "$PYTHON" - <<'EOF'
import os, sys
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    sys.exit(not os.path.exists(playwright.chromium.executable_path))
EOF
then exit 0; fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-dejavu-core >/dev/null && exit 0
fi
"$PYTHON" -m playwright install chromium
