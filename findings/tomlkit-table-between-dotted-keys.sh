#!/bin/sh
# Version: PyPI tomlkit 0.15.2. Seen 2026-11-28.
#
# Behaviour: [tool.ruff] of a pyproject.toml has `lint.select`, `lint.ignore` and then `line-length`. A program adds one
# table to `lint`, as in doc["tool"]["ruff"]["lint"]["per-file-ignores"] = {...}. tomlkit writes the new one with a header
# of its own, with the name [lint.per-file-ignores] instead of [tool.ruff.lint.per-file-ignores], and after the first dotted
# key: all that follows up to the next header belongs to the new table from then on, and nothing of it to ruff. What was
# written is valid TOML, and the document in memory still has the right values, so neither an error nor a look at it
# tells. TOML 1.0 ("Table"): what stands after a header belongs to that table until the next header or the end. tomlkit's
# documentation says that it "preserves all comments, indentations, whitespace and internal element ordering".
#
# Output seen:
#   in memory: {"line-length": 100, "lint": {"ignore": ["E501"], "per-file-ignores": {"tests": ["S101"]}, "select": ["E"]}}
#   written  : {"lint": {"select": ["E"]}}
#   and in the new table [lint]: {"line-length": 100, "lint": {"ignore": ["E501"]}, "tests": ["S101"]}
#
# Needs python3 >= 3.11 with venv. Exits 0 while it is so, 1 when it has changed, 2 when it could not run.
set -u
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
trap 'exit 2' HUP INT TERM
cd "$dir" || exit 2

install() {
  timeout 300 python3 -m venv py &&
    timeout 300 py/bin/pip install -q --disable-pip-version-check tomlkit==0.15.2
}
if ! install >install.log 2>&1; then
  cat install.log
  exit 2
fi

cat > try.py <<'PY'
import json
import tomllib

import tomlkit

text = """[tool.ruff]
lint.select = ["E"]
lint.ignore = ["E501"]
line-length = 100
"""
document = tomlkit.parse(text)
document["tool"]["ruff"]["lint"]["per-file-ignores"] = {"tests": ["S101"]}
print("in memory:", json.dumps(document.unwrap()["tool"]["ruff"], sort_keys=True))
written = tomllib.loads(tomlkit.dumps(document))
print("written  :", json.dumps(written["tool"]["ruff"], sort_keys=True))
print("and in the new table [lint]:", json.dumps(written["lint"]["per-file-ignores"], sort_keys=True))
PY
timeout 60 py/bin/python try.py > seen || exit 2
cat seen

cat > expected <<'SEEN'
in memory: {"line-length": 100, "lint": {"ignore": ["E501"], "per-file-ignores": {"tests": ["S101"]}, "select": ["E"]}}
written  : {"lint": {"select": ["E"]}}
and in the new table [lint]: {"line-length": 100, "lint": {"ignore": ["E501"]}, "tests": ["S101"]}
SEEN
diff expected seen || exit 1
