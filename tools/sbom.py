"""Writes the software bill of materials of the package in the form of CycloneDX 1.6: `python -m tools.sbom > dist/sbom.json`.

What is in it comes from requirements/run.txt (versions and the digests of every file that may be installed), and from the
installed packages (licences, and which needs which). The same commit gives the same bytes.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

from recommender import __version__
from recommender.web.site.about import DISTRIBUTION, packages

ROOT = Path(__file__).resolve().parents[1]
LOCKED = ROOT / "requirements" / "run.txt"
VERSION = "1.6"
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^ \\;]+)((?:[^\n]*\\\n)*[^\n]*)", re.MULTILINE)
_DIGEST = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def bill() -> dict[str, Any]:
    """Return the bill of materials."""
    digests = locked()
    licences = {canonicalize_name(package.name): package.licence for package in packages()}
    refs = {name: f"pkg:pypi/{name}@{version}" for name, (version, _) in digests.items()}
    own = f"pkg:pypi/{DISTRIBUTION}@{__version__}"
    components = [
        component(name, version, refs[name], licences.get(name), found) for name, (version, found) in digests.items()
    ]
    dependencies = [{"ref": own, "dependsOn": needed(DISTRIBUTION, refs)}]
    dependencies += [{"ref": ref, "dependsOn": needed(name, refs)} for name, ref in refs.items()]
    made: dict[str, Any] = {
        "$schema": f"http://cyclonedx.org/schema/bom-{VERSION}.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": VERSION,
        "version": 1,
        "metadata": {"component": component(DISTRIBUTION, __version__, own, "Apache-2.0", (), "application")},
        "components": components,
        "dependencies": dependencies,
    }
    made["serialNumber"] = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(made, sort_keys=True))}"
    return made


def locked() -> dict[NormalizedName, tuple[str, tuple[str, ...]]]:
    """Return the version and the digests of each package that the package is installed with, by name."""
    pins = _PIN.findall(LOCKED.read_text(encoding="utf-8"))
    return {canonicalize_name(name): (version, tuple(_DIGEST.findall(rest))) for name, version, rest in sorted(pins)}


def component(
    name: str, version: str, ref: str, licence: str | None, digests: tuple[str, ...], kind: str = "library"
) -> dict[str, Any]:
    """Return one package. It has a digest for each file that it may come in."""
    made: dict[str, Any] = {"type": kind, "name": name, "version": version, "bom-ref": ref, "purl": ref}
    if licence:
        made["licenses"] = [{"license": {"name": licence}}]
    if digests:
        hashes = [{"alg": "SHA-256", "content": digest} for digest in digests]
        files = {"type": "distribution", "url": f"https://pypi.org/project/{name}/{version}/", "hashes": hashes}
        made["externalReferences"] = [files]
    return made


def needed(name: str, refs: Mapping[NormalizedName, str]) -> list[str]:
    """Return which of the packages one needs."""
    try:
        lines = metadata.requires(name) or []
    except metadata.PackageNotFoundError:  # for another system
        return []
    wanted = (Requirement(line) for line in lines)
    names = {canonicalize_name(one.name) for one in wanted if one.marker is None or one.marker.evaluate({"extra": ""})}
    return sorted(refs[other] for other in names if other in refs)


if __name__ == "__main__":
    print(json.dumps(bill(), indent=2, ensure_ascii=False))
