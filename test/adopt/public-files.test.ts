import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../lib/temporary.ts';
import { runHere } from '../rig/in-process.ts';
import { publicFiles } from './public-files.ts';

interface Facts {
  readonly client: string;
  readonly name: string;
  readonly args: readonly string[] | null;
  readonly settings: readonly string[];
  readonly secrets: readonly string[];
  readonly needs: readonly string[];
  readonly lost: readonly string[];
  readonly blocked: string | null;
}

type Rest = Partial<Omit<Facts, 'client' | 'name' | 'args'>>;

/** Looked at one by one; what is not named is nothing. */
const expected: readonly (readonly [server: string, line: string | null, rest?: Rest])[] = [
  ['claude-code: files', 'run filesystem --mount data=HOME/notes:rw --mount data=HOME/more'],
  ['claude-code: gh', null],
  ['claude-code: slack', null],
  ['codex: two', 'run filesystem --mount data=HOME/notes:rw --mount data=HOME/more:rw'],
  ['codex: tavily', 'run tavily'],
  ['gemini-cli: own', null],
  ['gemini-cli: context7', 'run context7', { settings: ['CONTEXT7_API_KEY'] }],
  ['gemini-cli: vercel', null],
  ['opencode: gh', 'run github', { settings: ['GITHUB_PERSONAL_ACCESS_TOKEN'] }],
  ['opencode: brave', 'run brave-search', { settings: ['BRAVE_API_KEY'] }],
  ['continue-cli: Brave', 'run brave-search', { settings: ['BRAVE_API_KEY'] }],
  ['continue-cli: SQLite', null],
  ['vscode: brave', 'run brave-search', { settings: ['BRAVE_API_KEY'] }],
  ['vscode: project', 'run filesystem --mount data=${workspaceFolder}:rw'],
  ['vscode: from a file', 'run tavily'],
  ['vscode: mongodb', 'run mongodb', { secrets: ['MDB_MCP_CONNECTION_STRING'] }],
  [
    'cursor: supabase',
    'run supabase -- --read-only --project-ref=<project-ref>',
    {
      needs: ['SUPABASE_ACCESS_TOKEN'],
      lost: ['its argument --project-ref=<project-ref> only stands where a value belongs'],
    },
  ],
  ['cursor: figma', 'run figma', { needs: ['FIGMA_API_KEY'] }],
  ['cursor: n8n', 'run n8n', { settings: ['MCP_MODE'], needs: ['N8N_API_URL', 'N8N_API_KEY'] }],
  ['cursor: Brave Search', 'run brave-search', { needs: ['BRAVE_API_KEY'] }],
  [
    'windsurf: kubernetes',
    null,
    {
      blocked:
        'kubernetes needs what was not handed over: kubeconfig: A kubeconfig made for this server; it holds its own credentials and calls no login helper; the entry needs a folder for its mount "kubeconfig", and the line names none',
    },
  ],
  [
    'windsurf: memory',
    'run memory',
    {
      lost: [
        'MEMORY_FILE_PATH names HOME/mem.json, which is not in the container: what is there stays where it is',
      ],
    },
  ],
  [
    'windsurf: playwright',
    'run playwright --mount output=HOME/more:rw -- --headless --viewport-size 1920x1080 --user-data-dir /tmp/playwright',
    {
      lost: [
        'its --user-data-dir names HOME/more, which would be the mount "output": whether that is meant, the entry does not say',
      ],
    },
  ],
  ['zed: fs', 'run filesystem --mount data=HOME/notes:rw'],
  ['kiro: relative', null, { blocked: 'mount data: expected a folder, found nothing at ./nowhere' }],
  [
    'kiro: atlassian',
    'run atlassian -- --read-only',
    { settings: ['JIRA_URL'], needs: ['JIRA_USERNAME', 'JIRA_API_TOKEN'] },
  ],
  ['kiro: aws', 'run aws-documentation', { settings: ['FASTMCP_LOG_LEVEL'] }],
  ['cline: tavily-mcp', 'run tavily', { needs: ['TAVILY_API_KEY'] }],
  ['cline: time', 'run time -- --local-timezone=Asia/Tokyo'],
  ['cline: arxiv', 'run arxiv', { lost: ['it is given ., and the entry has no mount for that'] }],
  ['cline: github.com/modelcontextprotocol/servers/tree/main/src/memory', 'run memory'],
  ['cline: c7', 'run context7'],
  ['roo-code: supabase', 'run supabase', { settings: ['SUPABASE_ACCESS_TOKEN'] }],
  [
    'roo-code: a file',
    null,
    { blocked: 'mount data: expected a folder, found a file at HOME/.codex/config.toml' },
  ],
  ['claude-desktop: notes', 'run filesystem --mount data=HOME/notes:rw'],
  [
    'claude-desktop: whole home',
    null,
    { blocked: 'mount data: HOME is or contains a home folder or a whole drive' },
  ],
  ['claude-desktop: exa', 'run exa', { needs: ['EXA_API_KEY'] }],
  ['claude-desktop: linear', 'run linear', { needs: ['LINEAR_API_TOKEN'] }],
  ['claude-desktop: perplexity', 'run perplexity', { needs: ['PERPLEXITY_API_KEY'] }],
  ['goose: brave', 'run brave-search'],
];

test('what public files of clients start is adopted as it is meant, and what is lost or lacking is said', async (t) => {
  const home = temporaryFolder(t, {});
  for (const folder of ['notes', 'more']) {
    mkdirSync(path.join(home, folder));
    // Whoever runs this: the server's user may write there.
    chmodSync(path.join(home, folder), 0o777);
  }
  for (const [file, text] of Object.entries(publicFiles)) {
    mkdirSync(path.dirname(path.join(home, file)), { recursive: true });
    writeFileSync(path.join(home, file), text.replaceAll('HOME', home));
  }
  const { code, stdout, stderr } = await runHere(
    ['adopt', '--scope', 'user', '--dry-run', '--lossy', '--json'],
    { HOME: home },
  );
  assert.equal(code, 0, stderr);
  const found = JSON.parse(stdout.replaceAll(home, 'HOME')) as Facts[];
  assert.doesNotMatch(stdout, /hush|YOUR|pplx/);
  const line = ({ args }: Facts): string | null => args?.join(' ') ?? null;
  const none = { settings: [], secrets: [], needs: [], lost: [], blocked: null };
  assert.deepEqual(
    found.map((one) => {
      const { settings, secrets, needs, lost, blocked } = one;
      return [`${one.client}: ${one.name}`, line(one), { settings, secrets, needs, lost, blocked }];
    }),
    expected.map(([server, words, rest]) => [server, words, { ...none, ...rest }]),
  );
});

test('of a key nothing is shown, also where another setting has its beginning', async (t) => {
  const home = temporaryFolder(t);
  mkdirSync(path.join(home, '.cursor'));
  const start = (name: string, env: object): object => ({ command: 'npx', args: ['-y', name], env });
  const mcpServers = {
    brave: start('@brave/brave-search-mcp-server', { BRAVE_API_KEY: 'tvly-dev' }),
    tavily: start('tavily-mcp', { TAVILY_API_KEY: 'tvly-dev-hushhush0123' }),
  };
  writeFileSync(path.join(home, '.cursor', 'mcp.json'), JSON.stringify({ mcpServers }, undefined, 2));
  const { code, stdout, stderr } = await runHere(['adopt', '--client', 'cursor', '--dry-run'], {
    HOME: home,
  });
  assert.equal(code, 0, stderr);
  assert.match(stdout, /"TAVILY_API_KEY": "…"/);
  assert.doesNotMatch(stdout, /hush|tvly/);
});
