import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream';

export interface CuttableEngine extends AsyncDisposable {
  /** For `--engine`. */
  readonly address: string;
  /** Breaks every connection and accepts no new one; the real engine is not touched. */
  cut(): Promise<void>;
}

/** A socket in front of the engine's. It holds nothing back: a full pipe stays full, which test/rig's proxy can't offer. */
export async function cuttableEngine(target: string): Promise<CuttableEngine> {
  const folder = mkdtempSync(path.join(tmpdir(), 'mcpcat-chaos-'));
  const socketPath = path.join(folder, 'engine.sock');
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const engine = createConnection({ path: target, allowHalfOpen: true });
    for (const socket of [client, engine]) sockets.add(socket.on('close', () => sockets.delete(socket)));
    // A break on one side is passed on to the other by pipeline; there is nobody to tell about it.
    pipeline(client, engine, () => undefined);
    pipeline(engine, client, () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  const cut = async (): Promise<void> => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return {
    address: `unix://${socketPath}`,
    cut,
    async [Symbol.asyncDispose]() {
      await cut();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
