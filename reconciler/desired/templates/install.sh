#!/usr/bin/env bash
# Installs the program: what it needs by exact versions with hashes, then itself as tool.txt says.
# Where your organisation keeps its packages, set PIP_INDEX_URL here.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"

# -I: neither the working directory nor a PYTHON variable adds code of its own.
pip() { python -I -m pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: "$@"; }

pip --require-hashes -r "$here/requirements.txt"
pip -r "$here/tool.txt"
