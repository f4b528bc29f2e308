#!/usr/bin/env bash
# Renews constraints.txt and requirements/ after a change of pyproject.toml or of a list there; --upgrade takes the newest versions.
set -euo pipefail
cd "$(dirname "$0")/.."
uv=${UV:-uv}
lock() { "$uv" pip compile -q --no-config --universal --python-version 3.11 --no-annotate "$@"; }
export UV_CUSTOM_COMPILE_COMMAND="make lock"
lock --extra dev --extra pdf --extra sign --extra oidc --extra postgres --extra redis pyproject.toml requirements/build.in -o constraints.txt "$@"
hashed() { lock --generate-hashes -c constraints.txt "$@"; }
hashed requirements/build.in -o requirements/build.txt
hashed requirements/engine.in -o requirements/engine.txt
hashed pyproject.toml -o requirements/run.txt
hashed --extra pdf --extra sign --extra oidc --extra postgres --extra redis pyproject.toml -o requirements/server.txt
hashed --extra dev pyproject.toml -o requirements/dev.txt
for apart in tools clients; do lock --generate-hashes "requirements/$apart.in" -o "requirements/$apart.txt" "$@"; done
