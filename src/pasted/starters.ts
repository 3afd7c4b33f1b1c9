import { refuse } from './found.ts';

/** Packages that start another program: what stands behind them is the server. */
const starters =
  /^(npm:(@modelcontextprotocol\/inspector|@smithery\/cli|@wong2\/mcp-cli|install-mcp|add-mcp|supergateway|cross-env|dotenv-cli|concurrently|nodemon|tsx|ts-node)|pypi:(mcpo|fastmcp|mcp|uv|pipx))$/;

/** Throws `usage` where the package would run another server, a client or a file, and is no server itself. */
export function refuseStarter(source: string, args: readonly string[]): void {
  const name = source.replace(/(?<=^[a-z]+:.+)@[^/]*$/, '');
  if (!starters.test(name)) return;
  // The SDK of Python and FastMCP start a file of a project.
  const file = /^pypi:(fastmcp|mcp)$/.test(name);
  if (file && !/^(run|dev|install)$/.test(args[0] ?? '')) return;
  throw refuse(
    `expected a server, found ${name}, which starts ${file ? 'a file' : 'another program'}`,
    file ? 'name what the project publishes: pypi:NAME' : 'paste only the line that starts the server itself',
  );
}
