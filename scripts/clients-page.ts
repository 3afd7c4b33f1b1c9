/** `docs/clients.md`: the table of clients as people read it. */
import type { Client, ClientFile } from '../src/clients/client.ts';
import { knownClients } from '../src/clients/known-clients.ts';

const proofs: Readonly<Record<Client['proof'], string>> = {
  run: 'its own program was run',
  documented: 'its documentation',
  peer: 'other launchers write there',
};

export function clientsPage(): string {
  const rows = knownClients.map((client) =>
    [
      `${client.title} (\`${client.id}\`)`,
      client.files.map(fileText).join('<br>'),
      `${client.format.toUpperCase()}, ${client.place.isList ? 'a list in' : ''} \`${client.place.keyPath.join('.')}\``,
      client.startTimeoutSeconds === undefined ? 'not known' : `${String(client.startTimeoutSeconds)} s`,
      client.version === undefined ? proofs[client.proof] : `${proofs[client.proof]}: ${client.version}`,
      client.notes.join('; '),
    ].join(' | '),
  );
  return `<!-- Written by scripts/generate-docs.ts from src/clients/known; do not edit. -->

# The clients that \`mcpcat install\` writes for

\`\`\`sh
mcpcat clients                 # which are here, what they start, and what that may do
mcpcat install time            # into all that are here, after a look at the exact change
mcpcat install filesystem --client cursor --mount data=/home/you/notes
mcpcat install --serve         # one entry for all that they start by mcpcat, and a profile
mcpcat uninstall time
mcpcat adopt                   # what they start with npx, uvx, docker, in containers of ours instead
mcpcat undo                    # the last change, byte for byte
\`\`\`

An entry of ours names a small script in mcpcat's own data folder by its absolute path: it works for programs without a useful PATH, and stays the same when Node or mcpcat is updated. What decides which settings, catalog and engine \`run\` takes is written into the entry, because several clients hand on six variables only. Clients that would put the value of a variable in the place of \`$NAME\` get no entry with a dollar in it.

A client's file is edited as text: comments, order, indentation, line ends, keys of others and the file's mode stay, links are followed. What was made is read again before it is written. A file that does not parse is never touched, nor an entry of the same name that starts something else than mcpcat. Ten steps can be taken back; a file that somebody has changed since is left alone, and named.

\`adopt\` carries over what an entry says: folders become mounts (a \`~\` is written out, what an editor fills in such as \`\${workspaceFolder}\` stays, a folder that was read-only stays so), settings and options settings, keys go to the store. What it can't carry over is said, and such an entry is adopted only with \`--lossy\`. A placeholder (\`<YOUR_KEY>\`, \`sk-...\`, \`xxx\`) is no value: it is stored nowhere, and the command that gives the real one is printed; \`install\` refuses it ([decision 78](decisions/0078-a-placeholder-is-no-value.md)). Where a narrower file of the same client (the project's, your own for one folder) has a server of the same name, that one counts there: \`clients\` and \`adopt\` say so, and \`--scope\` names the file that is meant.

\`mcpcat secret set SERVER NAME\` puts a secret into the keyring of your system (Secret Service, Keychain, Credential Manager; [decision 52](decisions/0052-secrets-in-the-systems-keyring.md)); where there is none, into \`secrets.json\` in mcpcat's data folder, readable for you alone (mode 0600), not encrypted, and it says so. \`--reference op://…\` keeps a reference that [a command of yours](settings.md#secrets-that-stay-in-a-password-manager) reads at each start. \`run\` takes from there what the entry names; the environment and \`--env\` count more.

| client | files | servers in | time to start | known from | notes |
| --- | --- | --- | --- | --- | --- |
${rows.map((row) => `| ${row} |`).join('\n')}

\`{config}\` is \`~/.config\` (or \`$XDG_CONFIG_HOME\`), on macOS \`~/Library/Application Support\`, on Windows \`%APPDATA%\`. \`{xdg}\` is \`~/.config\` (or \`$XDG_CONFIG_HOME\`) on all three. Nothing was run on macOS or Windows.
`;
}

const scopes: Readonly<Record<ClientFile['scope'], string>> = {
  user: '',
  project: ', project',
  local: ', yours for one project',
};

function fileText({ path, scope, moved, systems }: ClientFile): string {
  const where = moved === undefined ? '' : ` (or in \`$${moved.variable}\`)`;
  const only = systems.length === 3 ? '' : ` on ${systems.join(', ')}`;
  return `\`${path}\`${where}${only}${scopes[scope]}`;
}
