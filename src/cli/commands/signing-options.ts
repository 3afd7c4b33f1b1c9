import type { OptionSpec } from '../command.ts';

/** Of commands that sign what they write or publish. */
export const keyOption: OptionSpec = {
  type: 'string',
  value: 'FILE',
  help: 'sign with this P-256 key in PEM (also MCPCAT_SIGNING_KEY, the key itself)',
};

export const publishSigning: Readonly<Record<string, OptionSpec>> = {
  sign: { type: 'boolean', help: 'publish nothing unless somebody signs it: a key, or a workflow’s token' },
  'signing-key': keyOption,
  unsigned: { type: 'boolean', help: 'do not sign, although there is a key or a token' },
};
