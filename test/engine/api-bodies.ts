import type { BindMount, ContainerFacts, ContainerSettings, ImageFacts } from '../../src/engine/engine.ts';
import { closed } from '../rig/closed.ts';
import { fields, type Fields } from './api-route.ts';

/** What the fake engine looks at of a create body. */
export function settingsOf(body: Fields): ContainerSettings {
  const host = fields(body['HostConfig']);
  const structured = Array.isArray(host['Mounts'])
    ? host['Mounts'].map((mount) => mountOf(fields(mount)))
    : [];
  const binds = Array.isArray(host['Binds']) ? host['Binds'].map((text) => bindOf(String(text))) : [];
  const mounts = [...structured, ...binds];
  return {
    ...closed(String(body['Image'])),
    labels: strings(body['Labels']),
    command: Array.isArray(body['Cmd']) ? body['Cmd'].map(String) : [],
    ...(Array.isArray(body['Entrypoint']) ? { entrypoint: body['Entrypoint'].map(String) } : {}),
    autoRemove: host['AutoRemove'] === true,
    mounts,
  };
}

/** `SOURCE:TARGET:OPTIONS`; what is relabelled says `z`. */
function bindOf(text: string): BindMount {
  const [source = '', target = '', options = ''] = text.split(':');
  const words = options.split(',');
  const relabel = words.includes('z') ? ({ relabel: 'allowed' } as const) : {};
  return { kind: 'bind', source, target, readOnly: words.includes('ro'), ...relabel };
}

function mountOf(mount: Fields): BindMount {
  return {
    kind: mount['Type'] === 'volume' ? 'volume' : 'bind',
    source: String(mount['Source']),
    target: String(mount['Target']),
    readOnly: mount['ReadOnly'] === true,
    labels: strings(fields(mount['VolumeOptions'])['Labels']),
  };
}

function strings(value: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(fields(value)).map(([name, text]) => [name, String(text)]));
}

/** A container, as `GET /containers/ID/json` has it: what was asked for, with what its image says. */
export function factsBody(facts: ContainerFacts, body: Fields, image: ImageFacts): unknown {
  const host = fields(body['HostConfig']);
  const { Env = [], Cmd = [], Entrypoint = image.entrypoint } = body;
  return {
    Id: facts.id,
    Image: facts.imageId,
    State: {
      Status: facts.state,
      ExitCode: facts.exitCode,
      OOMKilled: facts.outOfMemory,
      Pid: facts.pid,
      StartedAt: facts.startedAt,
      FinishedAt: facts.finishedAt,
    },
    Config: {
      ...body,
      Labels: facts.labels,
      Image: facts.image,
      Entrypoint,
      Cmd: Array.isArray(Cmd) && Cmd.length > 0 ? Cmd : image.command,
      Env: [...image.env, ...(Array.isArray(Env) ? Env.map(String) : [])],
      HostConfig: undefined,
    },
    HostConfig: { ...host, Runtime: 'runc' },
    Mounts: facts.recorded.mounts.map(({ kind, source, target, readOnly }) => ({
      Type: kind,
      ...(kind === 'volume' ? { Name: source, Source: `/volumes/${source}/_data` } : { Source: source }),
      Destination: target,
      RW: !readOnly,
    })),
  };
}
