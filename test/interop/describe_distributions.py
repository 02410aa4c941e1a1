"""Print, as one JSON document, what is written inside each distribution named: metadata version and build backend."""

import json
import re
import sys
import tarfile
import zipfile
from pathlib import Path


def describe(path):
    return describe_wheel(path) if path.suffix == ".whl" else describe_sdist(path)


def describe_wheel(path):
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            folder, _, rest = name.partition("/")
            if folder.endswith(".dist-info") and rest in ("METADATA", "WHEEL"):
                text = archive.read(name).decode()
                if rest == "METADATA":
                    version = first(r"Metadata-Version: (.+)", text)
                else:
                    backend = first(r"Generator: (.+)", text)
    return {"metadataVersion": version, "backend": backend}


def describe_sdist(path):
    version, backend = "", ""
    with tarfile.open(path) as archive:
        for member in archive:
            _, _, rest = member.name.partition("/")
            if rest in ("PKG-INFO", "pyproject.toml"):
                text = archive.extractfile(member).read().decode()
                if rest == "PKG-INFO":
                    version = first(r"Metadata-Version: (.+)", text)
                else:
                    backend = first(r"""build-backend\s*=\s*["'](.+?)["']""", text)
    return {"metadataVersion": version, "backend": backend or "setup.py"}


def first(pattern, text):
    match = re.search(f"^{pattern}$", text.replace("\r", ""), re.MULTILINE)
    return match.group(1) if match else ""


json.dump({Path(name).name: describe(Path(name)) for name in sys.argv[1:]}, sys.stdout)
