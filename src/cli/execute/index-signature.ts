import { catalogBundleFile } from '../../attest/catalog-bundle-file.ts';
import { signerName } from '../../attest/signer-name.ts';
import { parseCatalogIndex } from '../../catalog-index/parse-catalog-index.ts';
import { McpcatError } from '../../lib/errors.ts';
import { textIfThere } from '../../lib/if-there.ts';
import { signCatalog } from '../../sign/sign-catalog.ts';
import type { StatementSigner } from '../../sign/statement-signer.ts';
import type { Invocation } from '../command.ts';
import { folderOf } from './build-environment.ts';
import { nobodySigns, otherSigner, signerOf, wrongSigner } from './signer.ts';

const defaultValidDays = 30;
const maxValidDays = 366;

/** The signature of a catalog.json that is about to be written; undefined if none was asked for. */
export async function catalogSignature(
  invocation: Invocation,
  { out, text }: { readonly out: string; readonly text: string },
): Promise<{ readonly file: string; readonly text: string; readonly sentence: string } | undefined> {
  const { options } = invocation;
  if (!options.flag('sign')) return undefined;
  if (options.flag('check'))
    throw new McpcatError('usage', '--sign and --check: expected one of them; --check writes nothing');
  const validDays = validDaysIn(options.text('valid-days'));
  const signer = await signerOf(invocation);
  if (signer === undefined) throw nobodySigns();
  await requireSuccession(signer, { out, invocation });
  const file = catalogBundleFile(out);
  const now = new Date();
  const signed = await signCatalog({ text, before: await textIfThere(file), signer, now, validDays });
  const state = signed.kept ? 'signed already' : 'signed';
  const sentence = `${state}: number ${String(signed.number)}, until ${signed.expires.slice(0, 10)}`;
  return { file, text: signed.bundle, sentence };
}

/**
 * Whoever has seen a catalog believes the next one if the signer whom that one named has signed it (decision 64): so the
 * one that names another signer is signed by the one before, once.
 */
async function requireSuccession(
  signer: StatementSigner,
  { out, invocation }: { readonly out: string; readonly invocation: Invocation },
): Promise<void> {
  const folder = folderOf(invocation);
  const other = await otherSigner(signer, folder);
  if (other === undefined) return;
  const before = await textIfThere(out);
  const named = before === undefined ? undefined : parseCatalogIndex(before, out).signing;
  if (named === undefined || signerName(named) !== other.found) throw wrongSigner(folder, other);
  invocation.terminal.stderr.write(
    `mcpcat: ${out}: from ${other.found} to ${other.expected}: whoever has seen the one before believes the next ones only after this one\n`,
  );
}

function validDaysIn(text = String(defaultValidDays)): number {
  const days = /^[1-9]\d{0,2}$/.test(text) ? Number(text) : 0;
  if (days >= 1 && days <= maxValidDays) return days;
  throw new McpcatError('usage', `--valid-days: expected 1 to ${String(maxValidDays)}, found "${text}"`);
}
