import { McpcatError } from '../../lib/errors.ts';
import type { Execute } from '../command.ts';
import { exportConfig } from './config-export.ts';
import { importConfig } from './config-import.ts';

export const execute: Execute = async (invocation) => {
  const [verb, ...words] = invocation.positionals;
  if (verb === 'export') return exportConfig(words, invocation);
  const [file, ...more] = words;
  if (verb === 'import' && file !== undefined && more.length === 0) return importConfig(file, invocation);
  throw new McpcatError(
    'usage',
    `expected "config export [NAME…]" or "config import FILE", found "${['config', ...invocation.positionals.slice(0, 3)].join(' ')}"`,
  );
};
