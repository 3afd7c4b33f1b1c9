import { sourceText, catalogSource } from '../../catalog/catalog-source.ts';
import type { Invocation, Terminal } from '../command.ts';

/**
 * Variables that decide what `run` takes, and that many clients do not hand on (docs/clients.md): what is in force at
 * the installation is written into the entry.
 */
const carried = [
  'XDG_CONFIG_HOME',
  'XDG_CACHE_HOME',
  'XDG_RUNTIME_DIR',
  'DOCKER_HOST',
  'DOCKER_CONTEXT',
  'DOCKER_CONFIG',
  'DOCKER_CERT_PATH',
  'DOCKER_TLS_VERIFY',
  'MCPCAT_REGISTRY',
  'HTTPS_PROXY',
  'HTTP_PROXY',
  'NO_PROXY',
  'https_proxy',
  'http_proxy',
  'no_proxy',
];

export function isCarried(name: string): boolean {
  return carried.includes(name);
}

export function carriedVariables({ env }: Terminal): Readonly<Record<string, string>> {
  return Object.fromEntries(
    carried.flatMap((name) => {
      const value = env[name];
      // An address with a password in it is a secret: it stays where it is.
      const isSafe = value !== undefined && value !== '' && !/\/\/[^/]*@/.test(value);
      return isSafe ? [[name, value] as const] : [];
    }),
  );
}

/** A catalog or engine that was named holds in the client too; a path is absolute there. */
export function carriedOptions({ options, terminal }: Invocation): readonly string[] {
  const option = options.text('catalog');
  const named = option ?? terminal.env['MCPCAT_CATALOG'] ?? '';
  const engine = options.text('engine');
  return [
    ...(named === '' ? [] : ['--catalog', sourceText(catalogSource({ option, env: terminal.env }))]),
    ...(engine === undefined ? [] : ['--engine', engine]),
  ];
}
