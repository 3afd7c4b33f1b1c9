import { parse } from 'yaml';
import { z } from 'zod';
import type { Package, PackageFile } from '../package/package.ts';
import { isSettingName, type SettingEvidence, type StartEvidence } from './evidence.ts';

const Text = z.string().optional().catch(undefined);
const Flag = z.boolean().optional().catch(undefined);
const Input = z.object({
  name: Text,
  value: Text,
  default: Text,
  description: Text,
  isRequired: Flag,
  isSecret: Flag,
  type: Text,
  valueHint: Text,
});
type Input = z.infer<typeof Input>;

/** `server.json` of the official registry (static.modelcontextprotocol.io/schemas); only what is read. */
const ServerJson = z.object({
  packages: z
    .array(
      z.object({
        identifier: Text,
        packageArguments: z.array(Input).catch([]).default([]),
        environmentVariables: z.array(Input).catch([]).default([]),
        environment_variables: z.array(Input).catch([]).default([]),
      }),
    )
    .default([]),
});

/** `manifest.json` of a bundle for desktop clients (github.com/anthropics/mcpb, MANIFEST.md). */
const Bundle = z.object({
  server: z.object({
    mcp_config: z.object({
      args: z.array(z.string()).catch([]),
      env: z.record(z.string(), z.string()).catch({}),
    }),
  }),
  user_config: z
    .record(
      z.string(),
      z.object({
        description: Text,
        required: Flag,
        sensitive: Flag,
        default: z.unknown().optional(),
        type: Text,
      }),
    )
    .catch({}),
});

/** `smithery.yaml`: a schema of settings, and a function that says which variable each goes to. */
const Smithery = z.object({
  startCommand: z.object({
    configSchema: z.object({
      required: z.array(z.string()).catch([]),
      properties: z
        .record(z.string(), z.object({ description: Text, default: z.unknown().optional() }))
        .catch({}),
    }),
    commandFunction: Text,
  }),
});

export interface Manifested {
  readonly settings: readonly SettingEvidence[];
  readonly starts: readonly StartEvidence[];
}

/** What machine-readable descriptions in the package say of its settings and its start. */
export function manifests({ files, name }: Pick<Package, 'files' | 'name'>): Manifested {
  const found = [
    ...each(files, /(^|\/)server\.json$/, (text) => serverJson(JSON.parse(text), name)),
    ...each(files, /(^|\/)manifest\.json$/, (text) => bundle(JSON.parse(text))),
    ...each(files, /(^|\/)smithery\.ya?ml$/, (text) => smithery(parse(text))),
  ];
  return {
    settings: found.flatMap(({ settings }) => settings),
    starts: found.flatMap(({ starts }) => starts),
  };
}

/** What can't be read as that says nothing. */
function each(
  files: readonly PackageFile[],
  pattern: RegExp,
  read: (text: string) => Manifested,
): Manifested[] {
  return files.flatMap(({ path, text }) => {
    if (!pattern.test(path) || text.length > 500_000) return [];
    try {
      return [read(text)];
    } catch {
      return [];
    }
  });
}

function serverJson(value: unknown, name: string): Manifested {
  const { packages } = ServerJson.parse(value);
  const own = packages.find(({ identifier }) => identifier === name) ?? packages[0];
  if (own === undefined) return { settings: [], starts: [] };
  const inputs = [...own.environmentVariables, ...own.environment_variables];
  const settings = inputs.flatMap((input): SettingEvidence[] => {
    if (input.name === undefined || !isSettingName(input.name)) return [];
    const { description, isRequired: required, isSecret: secret } = input;
    const given = input.value ?? input.default;
    return [
      {
        name: input.name,
        witness: 'server.json',
        description,
        value: given,
        required,
        secret,
        fallback: input.default,
      },
    ];
  });
  const words = own.packageArguments.filter(
    (input) => input.isRequired === true || input.value !== undefined,
  );
  const args = words.flatMap(argument);
  return { settings, starts: args.length === 0 ? [] : [{ witness: 'server.json', args, env: {} }] };
}

function argument({ type, name, value, default: usual, valueHint }: Input): string[] {
  const given = value ?? usual ?? (valueHint === undefined ? undefined : `<${valueHint}>`);
  if (type === 'named' && name !== undefined) return given === undefined ? [name] : [name, given];
  return given === undefined ? [] : [given];
}

function bundle(value: unknown): Manifested {
  const { server, user_config: config } = Bundle.parse(value);
  const { args, env } = server.mcp_config;
  const settings = Object.entries(env).flatMap(([name, text]): SettingEvidence[] => {
    const about = config[/^\$\{user_config\.(\w+)\}$/.exec(text)?.[1] ?? ''];
    if (!isSettingName(name)) return [];
    const fallback = typeof about?.default === 'string' && about.default !== '' ? about.default : undefined;
    return [
      {
        name,
        witness: 'manifest',
        description: about?.description,
        required: about?.required,
        secret: about?.sensitive,
        fallback,
      },
    ];
  });
  const own = args.filter((word) => !/__dirname|\.(m?js|py)$/.test(word));
  const plain = own.some((word) => word.includes('${')) ? [] : own;
  return { settings, starts: plain.length === 0 ? [] : [{ witness: 'manifest', args: plain, env: {} }] };
}

function smithery(value: unknown): Manifested {
  const { configSchema, commandFunction } = Smithery.parse(value).startCommand;
  const pairs = [
    ...(commandFunction ?? '').matchAll(/["']?([A-Z][A-Z0-9_]+)["']?\s*[:=]\s*(?:String\()?config\.(\w+)/g),
  ];
  const settings = pairs.flatMap(([, name = '', property = '']): SettingEvidence[] => {
    if (!isSettingName(name)) return [];
    const about = configSchema.properties[property];
    const fallback = typeof about?.default === 'string' && about.default !== '' ? about.default : undefined;
    return [
      {
        name,
        witness: 'manifest',
        description: about?.description,
        required: configSchema.required.includes(property),
        fallback,
      },
    ];
  });
  return { settings, starts: [] };
}
