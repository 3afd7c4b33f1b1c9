#!/bin/sh
# Version: PyPI podman 5.8.0. Seen 2026-11-28.
#
# Behaviour: containers.create() and containers.run() document `nano_cpus` ("CPU quota in units of 1e-9 CPUs"), take it, and send nothing
# of it: the container has no limit. The same limit as `cpu_quota` and `cpu_period` is sent. Parameters that the API of
# podman does not have are refused by name elsewhere in the same function (`blkio_weight`: "currently not supported by Podman
# API"); this one is not. Programs that were written for the Docker SDK for Python, where it is sent, lose their limit.
#
# Output seen:
#   nano_cpus             {}
#   cpu_quota, cpu_period {"cpu": {"period": 100000, "quota": 50000}}
#   pids_limit            {"pids": {"limit": 64}}
#   blkio_weight          TypeError
#
# Needs python3 >= 3.10 with venv; a server on loopback stands for the engine and keeps what it is sent. Exits 0 while it is
# so, 1 when it has changed, 2 when it could not run.
set -u
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
trap 'exit 2' HUP INT TERM
cd "$dir" || exit 2

install() {
  timeout 300 python3 -m venv py &&
    timeout 300 py/bin/pip install -q --disable-pip-version-check podman==5.8.0
}
if ! install >install.log 2>&1; then
  cat install.log
  exit 2
fi

cat > try.py <<'PY'
import http.server
import json
import threading

from podman import PodmanClient

created = []


class Engine(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path.split("?")[0].endswith("/containers/create"):
            created.append(json.loads(body))
        text = b'{"Id": "one", "Warnings": []}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


engine = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Engine)
threading.Thread(target=engine.serve_forever, daemon=True).start()
client = PodmanClient(base_url=f"http://127.0.0.1:{engine.server_address[1]}")


def limits(**options):
    try:
        client.containers.create("image", **options)
    except TypeError:
        return "TypeError"
    sent = {part: {k: v for k, v in one.items() if v is not None} for part, one in created[-1].get("resource_limits", {}).items() if one}
    return json.dumps({part: one for part, one in sent.items() if one}, sort_keys=True)


print("nano_cpus            ", limits(nano_cpus=500_000_000))
print("cpu_quota, cpu_period", limits(cpu_quota=50_000, cpu_period=100_000))
print("pids_limit           ", limits(pids_limit=64))
print("blkio_weight         ", limits(blkio_weight=500))
PY
timeout 60 py/bin/python try.py > seen 2>errors || {
  cat errors
  exit 2
}
cat seen

cat > expected <<'SEEN'
nano_cpus             {}
cpu_quota, cpu_period {"cpu": {"period": 100000, "quota": 50000}}
pids_limit            {"pids": {"limit": 64}}
blkio_weight          TypeError
SEEN
diff expected seen || exit 1
