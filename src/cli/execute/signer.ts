import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { readSigning, signingFile } from '../../attest/read-signing.ts';
import { McpcatError } from '../../lib/errors.ts';
import type { SignedBy } from '../../pipeline/publish-entry.ts';
import { signerName } from '../../attest/signer-name.ts';
import type { StatementSigner } from '../../sign/statement-signer.ts';
import { tokenSource } from '../../sign/token.ts';
import type { Invocation, Terminal } from '../command.ts';
import { version } from '../version.ts';
import { folderOf } from './build-environment.ts';

/** Who signs what is published; undefined, and said, where nobody is asked to and nobody can. */
export async function publishingSigner(invocation: Invocation): Promise<SignedBy | undefined> {
  const { options, terminal } = invocation;
  const wanted = options.flag('sign');
  if (wanted && options.flag('unsigned'))
    throw new McpcatError('usage', '--sign and --unsigned: expected one of them');
  if (options.flag('unsigned')) return undefined;
  const signer = await signerOf(invocation);
  if (signer !== undefined) await checkSigner(signer, folderOf(invocation));
  if (signer !== undefined && options.list('base').length > 0)
    throw new McpcatError('usage', '--base: nothing can be stated of an image on a base that no lock names', {
      hint: '--unsigned publishes it without signatures',
    });
  if (signer !== undefined) return { signer, version };
  if (wanted) throw nobodySigns();
  terminal.stderr.write(`mcpcat: NOT SIGNED: ${nobody} (--signing-key FILE, or id-token: write)\n`);
  return undefined;
}

const nobody = 'there is neither a signing key nor an identity token of a workflow';

export function nobodySigns(): McpcatError {
  return new McpcatError('usage', `expected somebody to sign; ${nobody}`, {
    hint: '--signing-key FILE or MCPCAT_SIGNING_KEY; in GitHub Actions the permission id-token: write',
  });
}

/** Refuses a signer whom nobody who uses the catalog would believe: its signing.json names another. */
export async function checkSigner(signer: StatementSigner, folder: string): Promise<void> {
  const other = await otherSigner(signer, folder);
  if (other !== undefined) throw wrongSigner(folder, other);
}

interface OtherSigner {
  /** Whom the catalog names. */
  readonly expected: string;
  readonly found: string;
}

/** Undefined where the catalog names the signer, or nobody. */
export async function otherSigner(signer: StatementSigner, folder: string): Promise<OtherSigner | undefined> {
  const wanted = readSigning(folder);
  if (wanted === undefined) return undefined;
  const [expected, found] = [signerName(wanted), signerName(await signer.who())];
  return expected === found ? undefined : { expected, found };
}

export function wrongSigner(folder: string, { expected, found }: OtherSigner): McpcatError {
  const file = path.join(folder, signingFile);
  return new McpcatError('usage', `${file}: expected ${expected} to sign, found ${found}`);
}

/** Whom the command line and the environment name: a key comes before a workflow's token. */
export async function signerOf(invocation: Invocation): Promise<StatementSigner | undefined> {
  const { options, terminal } = invocation;
  const { env } = terminal;
  const file = options.text('signing-key');
  const key = file === undefined ? env['MCPCAT_SIGNING_KEY'] : await textOf(file, '--signing-key');
  if (key !== undefined && key !== '') {
    const { keySigner } = await import('../../sign/key.ts');
    return keySigner(key, file === undefined ? 'MCPCAT_SIGNING_KEY' : `--signing-key ${file}`);
  }
  const token = tokenSource(env);
  return token === undefined ? undefined : keyless(token, terminal);
}

/** What others would refuse is not signed: each signature is held against the root that they will use. */
async function keyless(token: () => Promise<string>, { env, host }: Terminal): Promise<StatementSigner> {
  const file = env['MCPCAT_SIGNING_CONFIG'] ?? '';
  if (file !== '' && (env['MCPCAT_TRUSTED_ROOT'] ?? '') === '')
    throw new McpcatError('usage', 'MCPCAT_SIGNING_CONFIG: expected MCPCAT_TRUSTED_ROOT with it', {
      hint: 'the trusted_root.json of those services: nobody can verify what they sign without it',
    });
  const services = file === '' ? undefined : await textOf(file, 'MCPCAT_SIGNING_CONFIG');
  const [{ keylessSigner }, { checkedSigner }, { trustedRoot }] = await Promise.all([
    import('../../sign/keyless.ts'),
    import('../../sign/checked-signer.ts'),
    import('../../trust/trusted-root.ts'),
  ]);
  const root = await trustedRoot({ env, cache: host.folders(env).cache, network: 'allowed' });
  return checkedSigner(keylessSigner(token, services), root);
}

async function textOf(file: string, what: string): Promise<string> {
  try {
    return await readFile(path.resolve(file), 'utf8');
  } catch (error) {
    throw new McpcatError('io-failed', `${what}: can't read ${file}`, { cause: error });
  }
}
