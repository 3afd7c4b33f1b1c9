import { bytesOf } from '../lib/size.ts';
import type { Grant } from './grant.ts';

type Permitted = Pick<Grant, 'network' | 'mounts' | 'state' | 'writable'> &
  Partial<Pick<Grant, 'memoryBytes' | 'cpus' | 'pids'>>;

/** The label `io.mcpcat.permissions` of an image (src/generate/generate.ts); undefined for whatever is none. */
export function permissionsIn(text: string | undefined): Permitted | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '');
    if (typeof value !== 'object' || value === null) return undefined;
    const at = (key: string): unknown => Reflect.get(value, key);
    return {
      network: texts(at('network')),
      mounts: records(at('mounts')).map((mount) => ({
        name: textOf(mount, 'name'),
        mode: textOf(mount, 'mode') === 'rw' ? 'rw' : 'ro',
      })),
      state: records(at('state') ?? []).map((state) => textOf(state, 'name')),
      writable: texts(at('writable')),
      ...limitsIn(at('limits')),
    };
  } catch {
    return undefined;
  }
}

function limitsIn(limits: unknown): Partial<Permitted> {
  const [memory, cpus, pids] = ['memory', 'cpus', 'pids'].map((key): unknown =>
    Reflect.get(Object(limits), key),
  );
  return {
    ...(typeof memory === 'string' ? { memoryBytes: bytesOf(memory, 'limits.memory') } : {}),
    ...(typeof cpus === 'number' ? { cpus } : {}),
    ...(typeof pids === 'number' ? { pids } : {}),
  };
}

function texts(value: unknown): string[] {
  return listOf(value).map((item) => {
    if (typeof item === 'string') return item;
    throw new Error('expected texts');
  });
}

function records(value: unknown): object[] {
  return listOf(value).map((item) => {
    if (typeof item === 'object' && item !== null) return item;
    throw new Error('expected objects');
  });
}

function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new Error('expected a list');
}

function textOf(value: object, key: string): string {
  const text: unknown = Reflect.get(value, key);
  if (typeof text === 'string') return text;
  throw new Error('expected a text');
}
