import { zipSync } from 'fflate';
import type { EnvSetting, Mount } from '../catalog/entry.ts';
import type { ListedServer } from '../catalog-index/catalog-index.ts';
import { jsonText } from '../lib/folders.ts';

/** Manifest of a bundle for desktop clients; github.com/anthropics/mcpb, MANIFEST.md, version 0.3. */
interface McpbManifest {
  readonly manifest_version: '0.3';
  readonly name: string;
  readonly display_name: string;
  readonly version: string;
  readonly description: string;
  readonly author: { readonly name: string };
  readonly license: string;
  readonly server: {
    readonly type: 'node';
    readonly entry_point: string;
    readonly mcp_config: {
      readonly command: string;
      readonly args: readonly string[];
      readonly env: Readonly<Record<string, string>>;
    };
  };
  /** Not Windows: there the command is a batch file, and a folder's name would go through its shell. */
  readonly compatibility: { readonly platforms: readonly ['darwin', 'linux'] };
  readonly user_config: Readonly<Record<string, object>>;
}

const entryPoint = 'server/index.js';
/** The one moment that a ZIP can say whatever the time zone. */
const fixedTime = '1980-01-01T12:00:00';

/**
 * A bundle that starts `mcpcat run NAME`: the server itself stays in its image. What is required is asked for by the
 * client; an optional setting that nobody fills in would arrive as the text of its variable. Always the same bytes for
 * the same server. `starter` is `bin/mcpb-starter.cjs`. Pure.
 */
export function mcpbBundle(server: ListedServer, starter: Uint8Array): Uint8Array {
  const files = {
    'manifest.json': Buffer.from(jsonText(manifestOf(server))),
    [entryPoint]: starter,
  };
  return zipSync(files, { level: 9, mtime: fixedTime });
}

function manifestOf(server: ListedServer): McpbManifest {
  const { name, title, description, license, version, env, permissions } = server;
  const settings = Object.entries(env).filter(([, { required }]) => required);
  const mounts = permissions.mounts.filter(({ required }) => required);
  const mountKey = (mount: string): string => `mount_${mount}`;
  return {
    manifest_version: '0.3',
    name: `mcpcat-${name}`,
    display_name: title,
    version: version ?? '0.0.0',
    description,
    author: { name: 'The mcpcat maintainers' },
    license,
    server: {
      type: 'node',
      entry_point: entryPoint,
      mcp_config: {
        command: 'node',
        args: [
          `\${__dirname}/${entryPoint}`,
          'run',
          name,
          ...mounts.flatMap((mount) => ['--mount', `${mount.name}=\${user_config.${mountKey(mount.name)}}`]),
        ],
        env: Object.fromEntries(settings.map(([key]) => [key, `\${user_config.${key}}`])),
      },
    },
    compatibility: { platforms: ['darwin', 'linux'] },
    user_config: {
      ...Object.fromEntries(settings.map(([key, setting]) => [key, askedSetting(key, setting)])),
      ...Object.fromEntries(mounts.map((mount) => [mountKey(mount.name), askedMount(mount)])),
    },
  };
}

function askedSetting(name: string, { description, secret }: EnvSetting): object {
  return { type: 'string', title: name, description, required: true, sensitive: secret === true };
}

function askedMount({ name, kind, description }: Mount): object {
  return { type: kind === 'file' ? 'file' : 'directory', title: name, description, required: true };
}
