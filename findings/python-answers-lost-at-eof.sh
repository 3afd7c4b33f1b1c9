#!/bin/sh
# Version: PyPI mcp 1.30.0 (FastMCP) and 2.3.0 (MCPServer), both over stdio. Seen 2026-11-28.
#
# Behaviour: a client sends ten calls and closes its side, as `printf … | server` does. The server ends with exit code 0 by
# itself, and has answered only some of them: what it had read and was at is cancelled when its input ends, without an
# error to anybody. The TypeScript SDK 1.32.2 answers all of them (of its 2.4.0 and Go's 1.8.0 the same is known as of
# these two). The tools here do nothing but wait for five seconds, so that which calls are lost is no matter of the
# machine: all of them are.
#
# Output seen:
#   mcp 1.30.0: 10 asked, 0 answered, exit code 0
#   mcp 2.3.0: 10 asked, 0 answered, exit code 0
#
# Needs python3 >= 3.10 with venv. Exits 0 while it is so, 1 when it has changed, 2 when it could not run.
set -u
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
trap 'exit 2' HUP INT TERM
cd "$dir" || exit 2

cat > server.py <<'PY'
import asyncio

try:
    from mcp.server import MCPServer as Server
except ImportError:
    from mcp.server.fastmcp import FastMCP as Server

server = Server("finding")


@server.tool()
async def wait() -> str:
    await asyncio.sleep(5)
    return "done"


server.run("stdio")
PY
cat > client.py <<'PY'
import json
import subprocess
import sys

server = subprocess.Popen([sys.executable, "server.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def send(*messages):
    text = "".join(json.dumps({"jsonrpc": "2.0", **message}) + "\n" for message in messages)
    server.stdin.write(text.encode())
    server.stdin.flush()


who = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "finding", "version": "1"}}
send({"id": 1, "method": "initialize", "params": who})
server.stdout.readline()
send({"method": "notifications/initialized"})
call = {"method": "tools/call", "params": {"name": "wait", "arguments": {}}}
send(*[{"id": id, **call} for id in range(2, 12)])
server.stdin.close()
answers = [json.loads(line) for line in server.stdout.read().decode().splitlines()]
answered = sum("result" in answer for answer in answers)
print(f"10 asked, {answered} answered, exit code {server.wait(60)}")
PY

for version in 1.30.0 2.3.0; do
  python3 -m venv "venv-$version" >/dev/null 2>&1 && "venv-$version/bin/pip" install -q "mcp==$version" >/dev/null 2>&1 || {
    echo "could not install mcp $version" >&2
    exit 2
  }
  printf 'mcp %s: ' "$version" >> seen
  "venv-$version/bin/python" client.py >> seen 2>errors || {
    cat errors >&2
    exit 2
  }
done
cat seen
cat > wanted <<'TEXT'
mcp 1.30.0: 10 asked, 0 answered, exit code 0
mcp 2.3.0: 10 asked, 0 answered, exit code 0
TEXT
diff wanted seen || exit 1
