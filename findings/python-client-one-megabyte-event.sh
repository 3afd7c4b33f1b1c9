#!/bin/sh
# Version: PyPI mcp 2.3.0 (the Python SDK). Seen 2026-11-27.
#
# Behaviour: over Streamable HTTP the client refuses a server-sent event of more than 1 MiB (`max_sse_event_size`), and
# the SDK's own server answers with events in every revision before 2026-07-28 unless it is told to answer with JSON. So
# a tool result of 2 MB does not arrive from one to the other as they come; the same result arrives as JSON, and on
# stdio. `Client(url)` has no parameter for the limit.
#
# Output seen:
#   events 500000 arrives
#   events 2000000 MCPError: Server-sent event exceeded the 1048576 byte limit
#   json 500000 arrives
#   json 2000000 arrives
#
# Needs python3 with venv. Exits 0 while it is so, 1 when it has changed, 2 when it could not run.
set -u
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
trap 'exit 2' HUP INT TERM
cd "$dir" || exit 2

install() {
  timeout 120 python3 -m venv py &&
    timeout 300 py/bin/pip install -q --disable-pip-version-check mcp==2.3.0
}
if ! install >install.log 2>&1; then
  cat install.log
  exit 2
fi

cat > try.py <<'PY'
import asyncio
import re
import socket
import threading
import time

import uvicorn
from mcp import Client
from mcp.server import MCPServer


def serve(json_response):
    server = MCPServer("big")

    @server.tool()
    def letters(count: int) -> str:
        return "x" * count

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    app = server.streamable_http_app(json_response=json_response)
    runner = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="critical"))
    threading.Thread(target=runner.run, daemon=True).start()
    while not runner.started:
        time.sleep(0.05)
    return f"http://127.0.0.1:{port}/mcp"


async def ask(url, count):
    try:
        async with Client(url, mode="legacy") as client:
            result = await client.call_tool("letters", {"count": count})
            return "arrives" if len(result.content[0].text) == count else "is cut"
    except Exception as error:
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        found = re.search(r"Server-sent event exceeded the \d+ byte limit", str(error))
        return f"{type(error).__name__}: {found.group() if found else error}"


async def main():
    for name, json_response in (("events", False), ("json", True)):
        url = serve(json_response)
        for count in (500_000, 2_000_000):
            print(name, count, await ask(url, count), flush=True)


asyncio.run(main())
PY
timeout 120 py/bin/python try.py > seen 2> errors || { cat errors; exit 2; }
cat seen

cat > expected <<'SEEN'
events 500000 arrives
events 2000000 MCPError: Server-sent event exceeded the 1048576 byte limit
json 500000 arrives
json 2000000 arrives
SEEN
diff expected seen || exit 1
