import { McpcatError } from '../lib/errors.ts';

/**
 * What Linux takes for one program's start (execve(2), "Limits on size of arguments and environment"): bytes of one
 * argument or setting with its name and the NUL at its end, and of all of them together at the usual stack of 8 MiB,
 * less what image and process 1 add.
 */
const maxWordBytes = 131_072;
const maxBytes = 2 * 1024 ** 2 - 256 * 1024;

interface Words {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
}

/** Refuses by its name what no kernel would start, before there is a container. Never tells a value. */
export function refuseLongWords({ args, env, secrets }: Words): void {
  const words = [
    ...Object.entries({ ...env, ...secrets }).map(([name, value]) => ({
      what: name,
      text: `${name}=${value}`,
    })),
    ...args.map((text, index) => ({ what: `argument ${String(index + 1)} of the server`, text })),
  ].map(({ what, text }) => ({ what, bytes: Buffer.byteLength(text) + 1 }));
  const long = words.find(({ bytes }) => bytes > maxWordBytes);
  if (long !== undefined)
    throw new McpcatError(
      'usage',
      `${long.what}: expected at most ${String(maxWordBytes)} bytes with its name, which is all that Linux takes, found ${String(long.bytes)}`,
      { hint: 'hand over a file instead, if the server takes one' },
    );
  const total = words.reduce((sum, { bytes }) => sum + bytes, 0);
  if (total <= maxBytes) return;
  throw new McpcatError(
    'usage',
    `settings and arguments: expected at most ${String(maxBytes)} bytes together, found ${String(total)}`,
    { hint: 'hand over a file instead, if the server takes one' },
  );
}
