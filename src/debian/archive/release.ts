import type { PublicKey } from 'openpgp';
import { McpcatError, messageOf } from '../../lib/errors.ts';

/** What an `InRelease` file says, once its signature held. */
export interface Release {
  /** When the archive was signed. */
  readonly date: Date;
  /** By path below `dists/<suite>/`. */
  readonly files: ReadonlyMap<string, IndexFile>;
}

export interface IndexFile {
  readonly sha256: string;
  readonly bytes: number;
}

export interface ReleaseCheck {
  /** At least one of them must have signed. */
  readonly keys: readonly PublicKey[];
  readonly now: Date;
  /** Its `Codename`; another suite's file is signed by the same keys. */
  readonly suite: string;
}

/**
 * Reads `InRelease` (wiki.debian.org/DebianRepository/Format), of which only what is under the signature counts.
 * Rejects with `integrity-mismatch` if no key of ours signed it, it is of another suite, or it has expired.
 */
export async function readRelease(text: string, check: ReleaseCheck): Promise<Release> {
  const signed = await signedText(text, check);
  const field = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(signed)?.[1]?.trim() ?? '';
  const date = dateIn(field('Date'), check.suite);
  if (field('Codename') !== check.suite)
    throw refused(check.suite, `expected the suite ${check.suite}, found "${field('Codename')}"`);
  // The point releases of the stable suite say no end.
  const until = field('Valid-Until') === '' ? undefined : dateIn(field('Valid-Until'), check.suite);
  if (until !== undefined && until < check.now)
    throw refused(check.suite, `it was valid until ${until.toISOString()}; is the mirror still kept up?`);
  return { date, files: filesIn(signed) };
}

async function signedText(text: string, { keys, now, suite }: ReleaseCheck): Promise<string> {
  const { readCleartextMessage, verify } = await import('openpgp');
  try {
    const message = await readCleartextMessage({ cleartextMessage: text });
    const { signatures } = await verify({ message, verificationKeys: [...keys], date: now });
    const held = await Promise.all(
      signatures.map(({ verified }) =>
        verified.then(
          () => true,
          () => false,
        ),
      ),
    );
    if (held.includes(true)) return message.getText();
  } catch (error) {
    throw refused(suite, `expected a signed file: ${messageOf(error)}`, error);
  }
  throw refused(suite, 'no key of the Debian archive that we know has signed it');
}

function dateIn(text: string, suite: string): Date {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) throw refused(suite, `expected a date, found "${text}"`);
  return date;
}

/** The lines below `SHA256:`: hash, size, path. */
function filesIn(text: string): ReadonlyMap<string, IndexFile> {
  const block = /^SHA256:[ \t]*\n((?: .*\n?)*)/m.exec(text)?.[1] ?? '';
  const lines = block.matchAll(/^ ([0-9a-f]{64}) +(\d+) (\S+)$/gm);
  return new Map(
    [...lines].map(([, sha256 = '', size, name = '']) => [name, { sha256, bytes: Number(size) }]),
  );
}

function refused(suite: string, what: string, cause?: unknown): McpcatError {
  return new McpcatError('integrity-mismatch', `InRelease of ${suite}: ${what}`, {
    hint: 'nothing of it was used; another mirror may be whole',
    inputs: [{ name: 'mirror' }],
    cause,
  });
}
