#!/usr/bin/env python3
"""Build recommender/web/static from tools/assets and a pinned govuk-frontend. For maintainers; users never run npm.

Run `python tools/build_assets.py` after a change in tools/assets. It needs npm and a network, works in a folder of its
own, and rewrites the static folder: hash-named files, gzip siblings, manifest.json and VENDORED.md.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "tools" / "assets"
STATIC = ROOT / "recommender" / "web" / "static"
GOVUK = "govuk-frontend@6.6.0"
# The page that shows the API. Its files are taken as they are.
SWAGGER, SWAGGER_FILES = "swagger-ui-dist@5.35.0", ("swagger-ui.css", "swagger-ui-bundle.js")
TOOLS = ("sass@1.108.2", "esbuild@0.28.1", "rtlcss@4.3.0")


@dataclass(frozen=True, slots=True)
class Vendored:
    """Files of a package by name, and the SHA-256 of its tarball."""

    sha256: str
    files: dict[str, bytes]


@dataclass(frozen=True, slots=True)
class Built:
    """One built file: its plain name, the name it is served under, and its content."""

    name: str
    served: str
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def build() -> None:
    """Rebuild the static folder."""
    with tempfile.TemporaryDirectory() as folder:
        workshop = Path(folder)
        tarball = fetch_govuk(workshop)
        swagger = fetch_swagger(workshop)
        run(workshop, "npm", "install", "--no-audit", "--no-fund", "--silent", *TOOLS)
        styles = compile_styles(workshop, "app.scss")
        files = [
            named("app.css", styles),
            named("app.rtl.css", mirrored(workshop, styles)),
            named("room.css", compile_styles(workshop, "room.scss")),
            named("player.css", compile_styles(workshop, "player.scss")),
            named("summary.css", compile_styles(workshop, "summary.scss")),
            named("handout.css", compile_styles(workshop, "handout.scss")),
            named("book.css", compile_styles(workshop, "book.scss")),
            named("app.js", bundle_script(workshop, "app.mjs")),
            named("player.js", bundle_script(workshop, "player.mjs")),
            named("offline.js", bundle_script(workshop, "offline.mjs")),
            named("keep.js", bundle_script(workshop, "keep.mjs")),
            named("service-worker.js", bundle_script(workshop, "service-worker.mjs")),
            named("propose.js", bundle_script(workshop, "propose.mjs")),
            named("favicon.svg", (SOURCES / "favicon.svg").read_bytes()),
            named("docs.js", bundle_script(workshop, "docs.mjs")),
            named("embed.js", bundle_script(workshop, "embed.mjs", "--format=iife", "--target=es2022")),
            *(named(name, swagger.files[name]) for name in SWAGGER_FILES),
        ]
        write(files, tarball, swagger)
    for file in files:
        print(f"{file.served}: {len(file.content)} bytes, {len(packed(file.content))} gzipped")


def run(workshop: Path, *command: str) -> bytes:
    return subprocess.run(command, cwd=workshop, check=True, stdout=subprocess.PIPE).stdout


def fetch_govuk(workshop: Path) -> str:
    """Unpack govuk-frontend into node_modules and return the SHA-256 of its npm tarball."""
    (workshop / "package.json").write_text('{"private": true}', encoding="utf-8")
    tarball = packed_by_npm(workshop, GOVUK)
    run(workshop, "npm", "install", "--no-audit", "--no-fund", "--silent", "--ignore-scripts", f"./{tarball.name}")
    return hashlib.sha256(tarball.read_bytes()).hexdigest()


def fetch_swagger(workshop: Path) -> Vendored:
    """Return the files of Swagger UI that are served, and its notice."""
    tarball = packed_by_npm(workshop, SWAGGER)
    with tarfile.open(tarball) as packages:
        held = {name: packages.extractfile(f"package/{name}") for name in (*SWAGGER_FILES, "NOTICE", "LICENSE")}
        files = {name: file.read() for name, file in held.items() if file}
    return Vendored(hashlib.sha256(tarball.read_bytes()).hexdigest(), files)


def packed_by_npm(workshop: Path, package: str) -> Path:
    """Return the tarball of a package, fetched into the workshop."""
    return workshop / run(workshop, "npm", "pack", "--silent", package).decode().strip().splitlines()[-1]


def compile_styles(workshop: Path, name: str) -> bytes:
    load_path = workshop / "node_modules" / "govuk-frontend" / "dist"
    return run(
        workshop,
        "node_modules/.bin/sass",
        "--style=compressed",
        "--no-source-map",
        "--no-charset",
        f"--load-path={load_path}",
        str(SOURCES / name),
    )


def mirrored(workshop: Path, styles: bytes) -> bytes:
    """Return the styles for languages that are written from right to left."""
    (workshop / "app.css").write_bytes(styles)
    run(workshop, "node_modules/.bin/rtlcss", "--silent", "app.css", "app.rtl.css")
    return (workshop / "app.rtl.css").read_bytes()


def bundle_script(workshop: Path, name: str, *kind: str) -> bytes:
    """Return a script with all that it imports: a module for every browser of today, or of another ``kind``."""
    shutil.copytree(SOURCES, workshop, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.scss"))
    kind = kind or ("--format=esm", "--target=es2020")
    return run(workshop, "node_modules/.bin/esbuild", name, "--bundle", "--minify", *kind)


def named(name: str, content: bytes) -> Built:
    """Return the file under a name that changes with its content, so that browsers may keep it for ever."""
    stem, _, suffix = name.rpartition(".")
    return Built(name, f"{stem}-{hashlib.sha256(content).hexdigest()[:12]}.{suffix}", content)


def packed(content: bytes) -> bytes:
    return gzip.compress(content, compresslevel=9, mtime=0)


def write(files: list[Built], tarball_sha256: str, swagger: Vendored) -> None:
    shutil.rmtree(STATIC, ignore_errors=True)
    STATIC.mkdir(parents=True)
    for file in files:
        (STATIC / file.served).write_bytes(file.content)
        (STATIC / f"{file.served}.gz").write_bytes(packed(file.content))
    manifest = {file.name: file.served for file in files}
    (STATIC / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    rows = "\n".join(f"| {file.served} | {file.sha256} |" for file in files)
    (STATIC / "VENDORED.md").write_text(
        VENDORED.format(
            govuk=GOVUK,
            tarball=tarball_sha256,
            swagger=SWAGGER,
            swagger_tarball=swagger.sha256,
            swagger_notice=swagger.files["NOTICE"].decode().strip(),
            tools=", ".join(TOOLS),
            rows=rows,
            licence=MIT_NOTICE,
        ),
        encoding="utf-8",
    )


VENDORED = """# Built assets

Made by `tools/build_assets.py` from `tools/assets` and the packages below. Do not edit by hand.

| package | licence | SHA-256 of the npm tarball | in |
|---|---|---|---|
| {govuk} | MIT | {tarball} | app.css, app.rtl.css, player.css, room.css, app.js (a subset, compiled with our own colours and system fonts) |
| {swagger} | Apache-2.0 | {swagger_tarball} | swagger-ui.css, swagger-ui-bundle.js (as they are in the package; only the page about the API loads them) |

Compiled with {tools} (MIT; nothing of them is in the files). `book.css`, `docs.js`, `embed.js`, `favicon.svg`, `handout.css`, `keep.js`, `offline.js`, `player.js`, `service-worker.js` and `summary.css` are our own.

| file | SHA-256 |
|---|---|
{rows}

## Licence of govuk-frontend

{licence}
## Licence of swagger-ui-dist

Apache License, version 2.0: the same as that of this program, whose text is in the file LICENSE.

The package comes with this notice:

{swagger_notice}
"""

# The npm package does not carry its licence file; this is the one of its repository.
MIT_NOTICE = """The MIT License (MIT)

Copyright (C) 2017 Crown Copyright (Government Digital Service)

Permission is hereby granted, free of charge, to any person obtaining a copy of
this software and associated documentation files (the "Software"), to deal in
the Software without restriction, including without limitation the rights to
use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies
of the Software, and to permit persons to whom the Software is furnished to do
so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
"""

if __name__ == "__main__":
    build()
