import { createInterface } from 'node:readline';
import type { FakeContainer } from '../rig/fake-engine/fake-container.ts';

/** test/fixtures/servers/contract.js, as a program of the fake engine. */
export function contractServer(container: FakeContainer): void {
  const lines = createInterface({ input: container.stdin });
  lines.on('line', (line) => {
    const [verb, rest = ''] = line.split(/ (.*)/s);
    if (verb === 'say') container.stdout.write(`${rest}\n`);
    if (verb === 'complain') container.stderr.write(`${rest}\n`);
    if (verb === 'exit') container.exit(Number(rest));
  });
  lines.on('close', () => {
    container.stdout.write('end of input\n');
    container.exit(0);
  });
}
