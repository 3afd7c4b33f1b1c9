import type { Entry } from '../catalog/entry.ts';
import { parseHostRule } from '../lib/host-rule.ts';
import type { ToolUse } from '../mcp/use-tools.ts';
import type { Host } from './recorder.ts';

/** What a server did with its files. Reading is not seen. */
export interface Writes {
  /** Below folders that are declared writable. */
  readonly inside: readonly string[];
  /** Below its home, which is read-only when it runs; the audit lets it write there, so that it shows. */
  readonly outside: readonly string[];
  /** Paths elsewhere that it complained about. */
  readonly refused: readonly string[];
}

export interface AuditReport {
  readonly name: string;
  readonly image: string;
  readonly imageId: string;
  /** Whether declared hosts were the real ones. */
  readonly live: boolean;
  /** Why there was no session, if so. */
  readonly failure: string | undefined;
  readonly tools: readonly ToolUse[];
  readonly hosts: readonly Host[];
  readonly writes: Writes;
  readonly processes: readonly string[];
  /** Tried and not declared, as the entry would declare it. */
  readonly undeclared: { readonly network: readonly string[]; readonly writable: readonly string[] };
  /** Declared and not used in this audit. */
  readonly unused: { readonly network: readonly string[]; readonly writable: readonly string[] };
  /** For `patch -p1` or `git apply` in the folder that holds `catalog`; empty if nothing is to be changed. */
  readonly patch: string;
}

/** Hosts that our own example arguments lead to. */
const examples = /(^|\.)example\.(com|org|net)$/;

/** Tried and not declared. Only a connection is worth a permission; a name alone may be a search domain's doing. */
export function undeclaredHosts(hosts: readonly Host[]): string[] {
  const found = hosts.filter(({ name, declared }) => !declared && !examples.test(name));
  return [...new Set(found.map(({ name, port }) => ruleText(name, port)))].sort();
}

function ruleText(name: string, port: number | undefined): string {
  return port === undefined || port === 443 ? name : `${name}:${String(port)}`;
}

/** Declared rules that no attempt fits; one that takes its host from a setting is not judged. */
export function unusedHosts(declared: readonly string[], hosts: readonly Host[]): string[] {
  return declared.filter((text) => {
    const rule = parseHostRule(text, 'permissions.network');
    if (rule.kind === 'setting') return false;
    return !hosts.some(({ name, port }) => fits(text, name, port ?? rule.ports[0] ?? 443));
  });
}

function fits(text: string, name: string, port: number): boolean {
  const { kind, name: wanted, ports } = parseHostRule(text, 'permissions.network');
  const named = kind === 'any' || (kind === 'exact' ? name === wanted : name.endsWith(`.${wanted}`));
  return named && ports.includes(port);
}

/** Where the image has files of its own: a writable folder there would hide them. */
const imageFolders = /^\/(app|bin|etc|lib|lib64|opt|sbin|usr|mcpcat-init)(\/|$)/;

/** The outermost folders of the files that were written outside and that could be declared. */
export function undeclaredFolders({ outside, refused }: Writes): string[] {
  const files = [...outside, ...refused].filter((file) => file.startsWith('/') && !imageFolders.test(file));
  const folders = files.map((file) => file.slice(0, Math.max(file.lastIndexOf('/'), 1)));
  const sorted = [...new Set(folders)].filter((folder) => folder !== '/').sort();
  return sorted.filter((folder) => !sorted.some((other) => folder.startsWith(`${other}/`)));
}

/** `/tmp` is every server's and harmless. */
export function unusedFolders(entry: Entry, { inside }: Writes): string[] {
  return entry.permissions.writable.filter(
    (folder) => folder !== '/tmp' && !inside.some((file) => file.startsWith(`${folder}/`)),
  );
}
