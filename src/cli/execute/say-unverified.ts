import { label } from '../../lib/labels.ts';
import type { Terminal } from '../command.ts';

/** Said each time, also to who wants it quiet; `ps` shows it by the label. */
export function sayUnverified(name: string, { stderr }: Terminal): Readonly<Record<string, string>> {
  stderr.write(
    `mcpcat: ${name} IS UNVERIFIED: nobody looks at who signed its image and its catalog (--insecure-unverified)\n`,
  );
  return { [label.unverified]: 'yes' };
}
