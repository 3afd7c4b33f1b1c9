#!/bin/sh
# Version: npm dockerode 5.0.1 with docker-modem 5.0.7. Seen 2026-11-27.
#
# Behaviour: a program that tells dockerode which engine it means, by the path of a socket, talks to another engine
# where DOCKER_HOST happens to name a host: what was given and what the environment says are mixed option by option, and
# a host, once there is one, wins over a socket. The same holds for other options: with an ssh DOCKER_HOST a client
# that was given host and port of its own goes by ssh; a path prefix or a timeout of the environment stays in force. The
# other way round all is as one would think: without DOCKER_HOST the socket that was given is used.
#
# Output seen:
#   DOCKER_HOST unset, socket given: socket
#   DOCKER_HOST tcp, socket given: tcp
#   DOCKER_HOST ssh, host and port given: protocol ssh
#
# Needs node >= 20 and npm; two servers on loopback stand for the engines. Exits 0 while it is so, 1 when it has changed,
# 2 when it could not run.
set -u
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
trap 'exit 2' HUP INT TERM
cd "$dir" || exit 2

echo '{"private":true,"type":"module"}' > package.json
timeout 300 npm install --silent --no-audit --no-fund --ignore-scripts dockerode@5.0.1 docker-modem@5.0.7 >install.log 2>&1 || {
  cat install.log
  exit 2
}

cat > try.mjs <<'JS'
import { createServer } from 'node:http';
import Docker from 'dockerode';

const engine = (name) => createServer((_, answer) => answer.end(name));
const listening = (server, where) => new Promise((resolve) => server.listen(where, resolve));
const [bySocket, byTcp] = [engine('socket'), engine('tcp')];
await listening(bySocket, { path: './engine.sock' });
await listening(byTcp, { host: '127.0.0.1', port: 0 });

const client = (dockerHost, options) => {
  if (dockerHost === undefined) delete process.env.DOCKER_HOST;
  else process.env.DOCKER_HOST = dockerHost;
  return new Docker(options);
};
const asked = async (docker) => String(await docker.ping());
const given = { socketPath: './engine.sock' };
console.log(`DOCKER_HOST unset, socket given: ${await asked(client(undefined, given))}`);
const host = `tcp://127.0.0.1:${byTcp.address().port}`;
console.log(`DOCKER_HOST tcp, socket given: ${await asked(client(host, given))}`);
const own = client('ssh://somebody@192.0.2.1', { host: '127.0.0.1', port: byTcp.address().port });
console.log(`DOCKER_HOST ssh, host and port given: protocol ${own.modem.protocol}`);
process.exit(0);
JS
timeout 60 node try.mjs > seen || exit 2
cat seen

cat > expected <<'SEEN'
DOCKER_HOST unset, socket given: socket
DOCKER_HOST tcp, socket given: tcp
DOCKER_HOST ssh, host and port given: protocol ssh
SEEN
diff expected seen || exit 1
