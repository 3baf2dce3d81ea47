#!/usr/bin/env bash
# Installs the program from this checkout, with the exact requirements of this commit.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(cd "$here/../../.." && pwd)"

# -I: neither the working directory nor a PYTHON variable adds code of its own.
pip() { python -I -m pip install --quiet --disable-pip-version-check --no-deps "$@"; }

pip --require-hashes --only-binary :all: -r "$root/requirements/runtime.txt" -r "$root/requirements/build.txt"
pip --no-build-isolation "$root"
