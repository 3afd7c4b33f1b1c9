import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';

/**
 * The addresses that /etc/hosts has for a name. The system's resolver does not find them for a name with a dot at its
 * end, which is the only way to keep it from the machine's search list.
 */
export async function fromHostsFile(name: string, file = '/etc/hosts'): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.split('\n').flatMap((line) => {
    const [address = '', ...names] = line.replace(/#.*$/, '').trim().split(/\s+/);
    return isIP(address) > 0 && names.some((other) => other.toLowerCase() === name) ? [address] : [];
  });
}
