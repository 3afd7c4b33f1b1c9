import { isDeepStrictEqual } from 'node:util';
import { McpcatError } from '../lib/errors.ts';
import { settingsIn } from '../lib/host-rule.ts';
import { parseHostRules, publicRuleProblems } from '../lib/host-rules.ts';
import { Entry } from './entry.ts';
import { isOwn, mountKinds, mountTargets, overlap, smokeFiles, type Contradiction } from './mount-checks.ts';
import { hiddenTexts } from './hidden-texts.ts';
import { imageSource, parseSource } from './source.ts';

type Check = (entry: Entry) => Contradiction[];

const checks: readonly Check[] = [
  hiddenCharacters,
  source,
  networkNames,
  ownPort,
  omittedSettings,
  smokeSettings,
  smokeArguments,
  smokeFiles,
  mountTargets,
  mountKinds,
  stateFolders,
  writableFolders,
  secretDefaults,
];

/** All contradictions of an entry, also with the folder that it lies in. */
export function entryChecks(entry: Entry, folder: string): Contradiction[] {
  return [...folderName(entry, folder), ...checks.flatMap((check) => check(entry))];
}

/** One name, one folder: so no two entries can have the same name. */
function folderName({ name }: Entry, folder: string): Contradiction[] {
  if (name === folder) return [];
  const message = `name: expected "${folder}" (the folder's name), found "${name}"`;
  return [{ path: ['name'], message, hint: 'rename one of them' }];
}

/** A text that shows other than it reads is no description of anything: refused wherever in an entry it stands. */
function hiddenCharacters(entry: Entry): Contradiction[] {
  const known = Object.entries(entry).filter(([key]) => Object.hasOwn(Entry.shape, key));
  return known.flatMap(([key, value]) => hiddenTexts(value, [key]));
}

function source(entry: Entry): Contradiction[] {
  try {
    return imageSource(entry.source) === undefined ? ofPackage(entry) : ofImage(entry);
  } catch (error) {
    if (error instanceof McpcatError) return [{ path: ['source'], message: error.message }];
    throw error;
  }
}

function ofPackage({ source: text, command }: Entry): Contradiction[] {
  parseSource(text);
  if (command.length > 0) return [];
  return [{ path: ['command'], message: 'command: expected what is started, found nothing' }];
}

/** Nothing is built, so nothing can be added. */
function ofImage({ system, scripts }: Entry): Contradiction[] {
  return Object.entries({ system, scripts }).flatMap(([key, { length }]) =>
    length === 0 ? [] : [{ path: [key], message: `${key}: an image (source: oci:…) is taken as it is` }],
  );
}

function networkNames({ permissions: { network }, env }: Entry): Contradiction[] {
  const unknown = network.flatMap((host, index) => {
    return settingsIn(host)
      .filter((setting) => !Object.hasOwn(env, setting))
      .map((setting) => ({ index, message: `permissions.network: {${setting}} names no setting of env` }));
  });
  const problems = [...publicRuleProblems(network, 'permissions.network'), ...unknown];
  return problems.map(({ index, ...problem }) => ({ ...problem, path: ['permissions', 'network', index] }));
}

/** The relay listens on the ports of permitted hosts: there the server could not. */
function ownPort({ transport, permissions: { network }, env }: Entry): Contradiction[] {
  if (transport === undefined) return [];
  const { port, env: fixed } = transport.http;
  const taken = parseHostRules(network, 'permissions.network').rules.some(({ ports }) =>
    ports.includes(port),
  );
  const twice = Object.keys(fixed).filter((name) => Object.hasOwn(env, name));
  return [
    ...(taken
      ? [
          {
            path: ['transport', 'http', 'port'],
            message: `transport.http.port: ${String(port)} is the port of a host in permissions.network`,
            hint: 'let the server listen on another one',
          },
        ]
      : []),
    ...twice.map((name) => ({
      path: ['transport', 'http', 'env', name],
      message: `transport.http.env: ${name} is a setting of env too`,
    })),
  ];
}

/** What is left out is not there. */
function omittedSettings({ env, omitted = [] }: Entry): Contradiction[] {
  return omitted.flatMap(({ settings }, index) =>
    settings
      .filter((name) => Object.hasOwn(env, name))
      .map((name) => ({
        path: ['omitted', index, 'settings'],
        message: `omitted: ${name} is declared in env`,
        hint: 'take it out of one of them',
      })),
  );
}

function smokeSettings(entry: Entry): Contradiction[] {
  return Object.keys(entry.smoke.env)
    .filter((name) => !Object.hasOwn(entry.env, name))
    .map((name) => ({ path: ['smoke', 'env', name], message: `smoke.env: ${name} is no setting of env` }));
}

/** YAML has numbers (`.inf`) that the server could never be sent. */
function smokeArguments({ smoke }: Entry): Contradiction[] {
  const given = smoke.call?.arguments ?? {};
  if (isDeepStrictEqual(JSON.parse(JSON.stringify(given)), given)) return [];
  return [{ path: ['smoke', 'call', 'arguments'], message: 'smoke.call.arguments: expected values of JSON' }];
}

function stateFolders({ permissions: { state, mounts } }: Entry): Contradiction[] {
  return state.flatMap(({ name, target }, index) => {
    const others = state.slice(0, index);
    const mount = mounts.find((other) => overlap(other.target, target));
    const other = others.find((earlier) => overlap(earlier.target, target));
    const messages = [
      ...(isOwn(target) ? [`${target} is a folder of the image`] : []),
      ...(mount === undefined ? [] : [`${target} overlaps the mount ${mount.name}`]),
      ...(other === undefined ? [] : [`${target} overlaps the state ${other.name}`]),
      ...(others.some((earlier) => earlier.name === name) ? ['the name is used twice'] : []),
    ];
    return messages.map((message) => ({
      path: ['permissions', 'state', index],
      message: `state ${name}: ${message}`,
    }));
  });
}

function writableFolders(entry: Entry): Contradiction[] {
  const { writable, mounts, state } = entry.permissions;
  const others = [
    ...mounts.map(({ name, target, samePath }) => ({ what: `mount ${name}`, target, samePath })),
    ...state.map(({ name, target }) => ({ what: `state ${name}`, target, samePath: undefined })),
  ];
  return writable.flatMap((folder, index) => {
    const path = ['permissions', 'writable', index];
    if (isOwn(folder)) return [{ path, message: `permissions.writable: ${folder} is a folder of the image` }];
    // What is seen elsewhere when it is handed over has its place in memory until then.
    const other = others.find(
      ({ target, samePath }) =>
        overlap(target, folder) && !(samePath === true && target.startsWith(`${folder}/`)),
    );
    return other ? [{ path, message: `permissions.writable: ${folder} overlaps the ${other.what}` }] : [];
  });
}

function secretDefaults(entry: Entry): Contradiction[] {
  return Object.entries(entry.env)
    .filter(([, setting]) => setting.secret && setting.default !== undefined)
    .map(([name]) => ({
      path: ['env', name, 'default'],
      message: `env.${name}: a secret can't have a default`,
    }));
}
