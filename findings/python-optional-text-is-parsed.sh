#!/bin/sh
# Version: PyPI mcp 2.3.0 (MCPServer, a tool with the argument `body: str | None`). Seen 2026-11-27.
#
# Behaviour: an argument of type `str` gets the text that the client sent. One of type `str | None` is first tried as
# JSON: a text that is a JSON object or array is then refused ("Input should be a valid string"), although the schema
# that the server gave the client says that a string is fine, and the text `null` arrives as None. Numbers, true and
# false stay texts. So a model can't save the content of a .json file through such a tool, and an empty `null` is lost.
#
# Output seen:
#   str         {"a": 1}  'text'
#   str | None  {"a": 1}  refused: Input should be a valid string
#   str | None  [1]       refused: Input should be a valid string
#   str | None  null      'NoneType'
#   str | None  12        'text'
#
# Needs python3 >= 3.10 with venv. Exits 0 while it is so, 1 when it has changed, 2 when it could not run.
set -u
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
trap 'exit 2' HUP INT TERM
cd "$dir" || exit 2

cat > finding.py <<'PY'
import asyncio

from mcp.server import MCPServer

server = MCPServer("finding")


def kind(text):
    return "text" if isinstance(text, str) else type(text).__name__


@server.tool()
def plain(body: str) -> str:
    return kind(body)


@server.tool()
def optional(body: str | None = None) -> str:
    return kind(body)


async def answer(tool, body):
    try:
        return repr((await server.call_tool(tool, {"body": body})).content[0].text)
    except Exception as error:
        lines = [line.strip() for line in str(error).splitlines() if "Input should be" in line]
        return f"refused: {lines[0].split(' [')[0]}" if lines else f"refused: {error}"


async def main():
    calls = [("str", "plain", '{"a": 1}')]
    calls += [("str | None", "optional", body) for body in ('{"a": 1}', "[1]", "null", "12")]
    for annotation, tool, body in calls:
        print(f"{annotation:<10}  {body:<8}  {await answer(tool, body)}")


asyncio.run(main())
PY

python3 -m venv venv >/dev/null 2>&1 && venv/bin/pip install -q mcp==2.3.0 >/dev/null 2>&1 || {
  echo 'could not install mcp 2.3.0' >&2
  exit 2
}
venv/bin/python finding.py > seen 2>errors || {
  cat errors >&2
  exit 2
}
cat seen
cat > wanted <<'TEXT'
str         {"a": 1}  'text'
str | None  {"a": 1}  refused: Input should be a valid string
str | None  [1]       refused: Input should be a valid string
str | None  null      'NoneType'
str | None  12        'text'
TEXT
diff wanted seen || exit 1
