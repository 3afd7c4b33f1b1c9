import { predicateType } from '../../attest/predicates.ts';
import { table } from './table.ts';

interface Said {
  readonly predicateType: string;
  /** Digests. */
  readonly about: readonly string[];
  readonly signer: string;
  /** ISO 8601; null where no log has seen it. */
  readonly at: string | null;
}

interface Common {
  readonly server: string;
  /** An image that this machine built is what starts. */
  readonly builtHere: boolean;
  /** What the catalog names; null if nobody has published one. */
  readonly digest: string | null;
  /** Null where the catalog names none. */
  readonly signer: string | null;
}

/** What `mcpcat verify --json` prints. */
export type Verification = Common &
  (
    | { readonly state: 'built-here' | 'unpublished' | 'unsigned' | 'elsewhere' }
    | {
        readonly state: 'verified';
        readonly manifest: string;
        readonly platform: string;
        readonly verified: string;
        readonly statements: readonly Said[];
      }
    | {
        readonly state: 'refused';
        readonly platform: string;
        readonly reason: string;
        readonly detail: readonly string[];
      }
  );

const sentences: Readonly<Record<Verification['state'], string>> = {
  verified: 'verified',
  refused: 'REFUSED',
  unsigned: 'unsigned: its catalog names nobody who signs',
  unpublished: 'there is no image of it in any registry',
  'built-here': 'built on this machine, which needs no signature',
  elsewhere: 'an image of somebody else’s make, which the catalog names by its digest',
};

const words: Readonly<Record<string, string>> = {
  [predicateType.signature]: 'the image is theirs',
  [predicateType.testResult]: 'it was tested, and passed',
  [predicateType.runProfile]: 'what it may do',
  [predicateType.provenance]: 'what it was built from',
  [predicateType.sbom]: 'its list of parts',
  [predicateType.vex]: 'holes that are none here',
};

/** For people. */
export function verificationText(found: Verification): string {
  const { server, state, builtHere, digest, signer } = found;
  const head = [
    `${server}: ${sentences[state]}`,
    ...(builtHere && state !== 'built-here'
      ? ['An image that was built on this machine starts before it, and needs no signature.']
      : []),
    ...(digest === null ? [] : [`Image:    ${digest}`]),
    ...(state === 'verified' ? [`Runs:     ${found.manifest} (${found.platform})`] : []),
    ...(signer === null ? [] : [`Signer:   ${signer}`]),
  ];
  const rest = state === 'verified' ? ['', statementsTable(found.statements).trimEnd()] : [];
  const why = state === 'refused' ? ['', found.reason, ...found.detail.map((line) => `  ${line}`)] : [];
  return `${[...head, ...rest, ...why].join('\n')}\n`;
}

function statementsTable(statements: readonly Said[]): string {
  const rows = statements.map(({ predicateType: type, at, signer }) => [
    words[type] ?? type,
    at?.slice(0, 19).replace('T', ' ') ?? 'no log',
    signer,
  ]);
  return table(['what is said', 'when (UTC)', 'who says it'], rows);
}
