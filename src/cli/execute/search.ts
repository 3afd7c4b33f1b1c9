import { McpcatError } from '../../lib/errors.ts';
import type { Execute } from '../command.ts';
import { listServers } from './list.ts';

export const execute: Execute = (invocation) => {
  const words = invocation.positionals.map((word) => word.toLowerCase());
  if (words.length === 0) throw new McpcatError('usage', 'expected a word to search for');
  return listServers(invocation, ({ name, title, description, categories }) => {
    const text = [name, title, description, ...categories].join(' ').toLowerCase();
    return words.every((word) => text.includes(word));
  });
};
