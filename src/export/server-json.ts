import type { EnvSetting, Mount } from '../catalog/entry.ts';
import type { ListedServer } from '../catalog-index/catalog-index.ts';
import type { Exported } from './choose.ts';
import type { Flag } from '../engine/docker/run-flags.ts';
import { entryFlags } from './run-flags.ts';

/** Of the form below; github.com/modelcontextprotocol/registry, docs/reference/server-json. */
const schemaUrl = 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json';
/** What a publisher may say beyond the schema. */
export const publisherKey = 'io.modelcontextprotocol.registry/publisher-provided';
const longest = 100;

interface Argument {
  readonly type: 'named';
  readonly name: string;
  readonly value?: string;
  readonly description?: string;
  readonly isRequired?: boolean;
  readonly variables?: Readonly<Record<string, object>>;
}

interface KeyValue {
  readonly name: string;
  readonly description: string;
  readonly isRequired: boolean;
  readonly isSecret: boolean;
  readonly format: 'string';
  readonly default?: string;
  readonly placeholder?: string;
}

/** The `server.json` of the official MCP registry. */
export interface ServerJson {
  readonly $schema: string;
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly version: string;
  readonly repository?: { readonly url: string; readonly source: string };
  readonly websiteUrl?: string;
  readonly packages: readonly [
    {
      readonly registryType: 'oci';
      readonly identifier: string;
      readonly runtimeHint: 'docker';
      readonly transport: { readonly type: 'stdio' };
      readonly runtimeArguments: readonly Argument[];
      readonly environmentVariables: readonly KeyValue[];
    },
  ];
  readonly _meta: Readonly<Record<string, Readonly<Record<string, object>>>>;
}

/** One server in the form of the official registry; `namespace` is the reverse-DNS name that publishes it. Pure. */
export function serverJson({ server, image }: Exported, namespace: string): ServerJson {
  const { name, title, description, version, env } = server;
  return {
    $schema: schemaUrl,
    name: `${namespace}/${name}`,
    title: shortened(title),
    description: shortened(description),
    version: version ?? '',
    ...originOf(server),
    packages: [
      {
        registryType: 'oci',
        identifier: image,
        runtimeHint: 'docker',
        transport: { type: 'stdio' },
        runtimeArguments: [
          ...entryFlags(server).map(argumentOf),
          ...server.permissions.mounts.map(mountArgument),
        ],
        environmentVariables: Object.entries(env).map(([variable, setting]) => variableOf(variable, setting)),
      },
    ],
    _meta: { [publisherKey]: { 'io.mcpcat': provedFacts(server) } },
  };
}

/** What the registry's own fields have no room for. */
function provedFacts({
  source,
  license,
  permissions,
  limits,
  proof,
  status,
  provedOn,
}: ListedServer): object {
  const { network, writable } = permissions;
  return {
    source,
    license,
    status,
    permissions: {
      network,
      mounts: permissions.mounts.map(({ name, target, mode }) => ({ name, target, mode })),
      state: permissions.state.map(({ name, target }) => ({ name, target })),
      writable,
    },
    limits,
    ...(proof === null
      ? {}
      : {
          proof: {
            date: proof.date,
            engine: proof.engine,
            platform: provedOn,
            fingerprint: proof.image.fingerprint,
            works: proof.works,
            refused: proof.refused,
          },
        }),
  };
}

const forges: Readonly<Record<string, string>> = { 'github.com': 'github', 'gitlab.com': 'gitlab' };

/** The registry knows repositories of two forges by name; any other is a web site to it. */
function originOf({ repository }: ListedServer): Pick<ServerJson, 'repository' | 'websiteUrl'> {
  const source = forges[new URL(repository).host];
  return source === undefined ? { websiteUrl: repository } : { repository: { url: repository, source } };
}

function argumentOf([name, value]: Flag): Argument {
  return { type: 'named', name, ...(value === undefined ? {} : { value }) };
}

/** The user says which folder; that it is read-only is not theirs to change. */
function mountArgument({ name, target, mode, required, description }: Mount): Argument {
  return {
    type: 'named',
    name: '--mount',
    value: `type=bind,src={${name}},dst=${target}${mode === 'ro' ? ',readonly' : ''}`,
    description,
    isRequired: required,
    variables: { [name]: { description, isRequired: true, format: 'filepath' } },
  };
}

function variableOf(name: string, setting: EnvSetting): KeyValue {
  const { description, required, secret, default: usual, example } = setting;
  return {
    name,
    description,
    isRequired: required,
    isSecret: secret,
    format: 'string',
    ...(usual === undefined ? {} : { default: usual }),
    ...(example === undefined ? {} : { placeholder: example }),
  };
}

/** At the end of a word, where the registry has no room for all of it. */
function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  const characters = Array.from(line);
  if (characters.length <= longest) return line;
  const cut = characters.slice(0, longest - 1).join('');
  const space = cut.lastIndexOf(' ');
  return `${(space > longest / 2 ? cut.slice(0, space) : cut).replace(/[ ,;:.]+$/, '')}…`;
}
