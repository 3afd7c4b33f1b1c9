import { z } from 'zod';
import { Document, isMap, isPair, isScalar, isSeq, visit } from 'yaml';
import { withoutHidden } from '../lib/plain-text.ts';
import { Entry } from '../catalog/entry.ts';

/**
 * An entry as the others of the catalog are written: what is usual is left out, one setting, mount or folder a line.
 * Reads back as the same entry.
 */
export function entryText(entry: Entry): string {
  const document = new Document(plain(entry));
  visit(document, {
    Map(_key, node, path) {
      // Blocks: the entry itself, `env`, `permissions`, `smoke`; everything below is on one line.
      const depth = path.filter((one) => isPair(one)).length;
      const parent = path.findLast((one) => isPair(one));
      const name = isPair(parent) && isScalar(parent.key) ? String(parent.key.value) : '';
      node.flow = !(depth === 0 || (depth === 1 && ['env', 'permissions', 'smoke'].includes(name)));
      return undefined;
    },
    Seq(_key, node) {
      node.flow = !node.items.some((item) => isMap(item) || isSeq(item));
    },
  });
  const text = document.toString({ lineWidth: 0, flowCollectionPadding: false, singleQuote: true });
  return `# yaml-language-server: $schema=../server.schema.json\n${text}`;
}

/** Without what the schema fills in by itself. */
function plain(entry: Entry): unknown {
  const {
    name,
    title,
    description,
    categories,
    repository,
    license,
    source,
    command,
    args,
    transport,
    env,
    shm,
  } = entry;
  const { network, mounts, state, writable } = entry.permissions;
  return dropEmpty(
    cleaned({
      name,
      title,
      description,
      categories,
      repository,
      license,
      source,
      command,
      args,
      transport,
      env: Object.fromEntries(Object.entries(env).map(([key, setting]) => [key, settingOf(setting)])),
      permissions: {
        network,
        mounts: mounts.map(mountOf),
        state,
        ...(writable.join() === '/tmp' ? {} : { writable }),
      },
      limits: differing(entry.limits, Entry.shape.limits.parse(undefined)),
      shm,
      system: entry.system,
      scripts: entry.scripts,
      exceptions: entry.exceptions,
      smoke: entry.smoke,
    }),
  );
}

/** Upstream's words without what the schema refuses. */
function cleaned(value: object): object {
  // What JSON leaves out (undefined), an entry has no place for either.
  return z
    .record(z.string(), z.unknown())
    .parse(
      JSON.parse(JSON.stringify(value), (_, one: unknown) =>
        typeof one === 'string' ? withoutHidden(one) : one,
      ),
    );
}

function settingOf({
  description,
  required,
  secret,
  example,
  default: usual,
}: Entry['env'][string]): unknown {
  return {
    description,
    ...(required ? { required } : {}),
    ...(secret ? { secret } : {}),
    ...(example === undefined ? {} : { example }),
    ...(usual === undefined ? {} : { default: usual }),
  };
}

function mountOf({ required, mode, ...mount }: Entry['permissions']['mounts'][number]): unknown {
  const { description, ...rest } = mount;
  return { ...rest, ...(mode === 'ro' ? {} : { mode }), ...(required ? { required } : {}), description };
}

function differing(
  value: Readonly<Record<string, unknown>>,
  usual: Readonly<Record<string, unknown>>,
): unknown {
  return Object.fromEntries(Object.entries(value).filter(([key, one]) => one !== usual[key]));
}

/** Empty lists and maps say nothing, at the first two levels. */
function dropEmpty(value: object, depth = 0): unknown {
  const entries = Object.entries(value).flatMap(([key, one]: [string, unknown]) => {
    const inner = depth < 1 && isPlainObject(one) ? dropEmpty(one, depth + 1) : one;
    return isEmpty(inner) ? [] : [[key, inner] as const];
  });
  return Object.fromEntries(entries);
}

function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isEmpty(value: unknown): boolean {
  if (value === undefined) return true;
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
