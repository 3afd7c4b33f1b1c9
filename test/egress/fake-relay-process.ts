/**
 * The fake relay as a process, as the real one is: `down` reads a number of bytes from its host, `up` sends them.
 * Says on stderr, as JSON, how long that took.
 */
import { FakeRelay } from './fake-relay.ts';

const [direction, port, bytes] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const relay = new FakeRelay(process.stdin, process.stdout);
await relay.ports;
const stream = relay.connect('127.77.0.1', port);
await stream.connected;
const started = performance.now();
let moved = 0;
if (direction === 'up') {
  const block = Buffer.alloc(64 * 1024);
  for (; moved < bytes; moved += Math.min(block.length, bytes - moved)) {
    if (!stream.write(bytes - moved < block.length ? block.subarray(0, bytes - moved) : block))
      await new Promise((resolve) => stream.once('drain', resolve));
  }
}
stream.end();
for await (const chunk of stream) moved += (chunk as Buffer).length;
process.stderr.write(JSON.stringify({ seconds: (performance.now() - started) / 1000, moved }));
process.stdout.end(() => process.exit(0));
