"""Print, as one JSON document, the upload form that twine sends for each file named, or its reason not to send one."""

import contextlib
import json
import sys
from pathlib import Path
from types import SimpleNamespace

from twine.exceptions import InvalidDistribution
from twine.package import PackageFile
from twine.repository import Repository


def form_of(path):
    """Let twine upload to a session that keeps the form instead of sending it."""
    forms = []

    def post(_url, data, **_options):
        forms.append(data.encoder.fields)
        return SimpleNamespace(status_code=200)

    repository = Repository(
        "http://127.0.0.1/legacy/", "user", "", disable_progress_bar=True
    )
    repository.session.post = post
    repository.upload(PackageFile.from_filename(path, None))
    # Of the file, its name is enough.
    return [
        (name, value[0] if name == "content" else value) for name, value in forms[0]
    ]


def answer_for(path):
    try:
        return {"form": form_of(path)}
    except InvalidDistribution as error:
        return {"refusal": str(error)}


with contextlib.redirect_stdout(sys.stderr):
    answers = {Path(path).name: answer_for(path) for path in sys.argv[1:]}
json.dump(answers, sys.stdout)
