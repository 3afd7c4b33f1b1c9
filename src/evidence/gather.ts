import { isPlaceholder, isSecretName, prefixOf } from './example-value.ts';
import type { Package } from '../package/package.ts';
import { clientConfigurations } from './client-configurations.ts';
import { isSettingName, type SettingEvidence, type StartEvidence, type Witness } from './evidence.ts';
import { editorInputs } from './editor-inputs.ts';
import { manifests } from './manifests.ts';
import { settingTables } from './setting-tables.ts';
import { shellLines } from './shell-lines.ts';
import { sourceHosts, type FoundHosts } from './source-hosts.ts';
import { isOwnCode, sourceSettings } from './source-settings.ts';

/** Everything that is said about one setting, put together. */
export interface KnownSetting {
  readonly name: string;
  readonly description: string | undefined;
  /** A placeholder or an example from a document. */
  readonly value: string | undefined;
  readonly fallback: string | undefined;
  /** Said by a document; undefined if none says. */
  readonly required: boolean | undefined;
  readonly secret: boolean;
  readonly witnesses: readonly Witness[];
  /** It stands in every client configuration of the README. */
  readonly always: boolean;
}

export interface Evidence extends FoundHosts {
  readonly settings: ReadonlyMap<string, KnownSetting>;
  /** Without repetitions; the most telling first. */
  readonly starts: readonly StartEvidence[];
  /** README and manifests as one text, to look words up in. */
  readonly text: string;
}

const order: readonly Witness[] = ['server.json', 'manifest', 'readme', 'source'];

/** What README, manifests and source say, before anything is started. */
export function gather(own: Package): Evidence {
  const documents = [own.readme, ...own.files.filter(isDocument).map(({ text }) => text)].join('\n\n');
  const configured = clientConfigurations(documents, own);
  const shell = shellLines(documents, own);
  const manifested = manifests(own);
  const starts = distinct([...configured, ...shell.starts, ...manifested.starts].filter(isStdio));
  const sure = [
    ...manifested.settings,
    ...editorInputs(documents),
    ...[...configured, ...shell.starts].flatMap(settingsOfStart),
    ...sourceSettings(own.files),
  ];
  // A single word in capitals may be anything: SELECT, JSON.
  const isSure = ({ name }: SettingEvidence): boolean =>
    name.includes('_') || sure.some((item) => item.name === name);
  const evidence = [...[...settingTables(documents), ...shell.settings].filter(isSure), ...sure].toSorted(
    (a, b) => order.indexOf(a.witness) - order.indexOf(b.witness),
  );
  const code = own.files.filter(isOwnCode);
  // However its code asks for it: `config.get('NAME')`.
  const inCode = (name: string): SettingEvidence[] =>
    code.flatMap(({ text }) =>
      text.includes(name) ? [{ name, witness: 'source' as const, value: exampleIn(text, name) }] : [],
    );
  const withSettings = configured.filter(({ env }) => Object.keys(env).length > 0);
  const isAlways = (name: string): boolean =>
    withSettings.length > 0 &&
    configured
      .filter(isStdio)
      .every(({ env }) => Object.hasOwn(env, name) || Object.keys(env).length === 0) &&
    withSettings.some(({ env }) => Object.hasOwn(env, name));
  const names = [...new Set(evidence.map(({ name }) => name))];
  const settings = names.map((name) => {
    const said = [...evidence.filter((item) => item.name === name), ...inCode(name)];
    return [
      name,
      merged(name, said, isAlways(name) && withSettings.every(({ env }) => Object.hasOwn(env, name))),
    ] as const;
  });
  return {
    settings: new Map(settings),
    starts,
    text: documents,
    ...sourceHosts(own.files, `${own.name} ${own.keywords.join(' ')}`.toLowerCase()),
  };
}

/** Of a usage text: `NAME=value program`. */
function exampleIn(text: string, name: string): string | undefined {
  const value = new RegExp(String.raw`(?<![\w.$])${name}=([A-Za-z0-9][\w.-]{2,60})(?=[\s"'\x60\\])`).exec(
    text,
  )?.[1];
  // An assignment in code is none.
  return value === undefined ||
    /^(await|new|null|true|false|undefined|typeof|void|this|process\b.*)$/.test(value)
    ? undefined
    : value;
}

function isDocument({ path, text }: { path: string; text: string }): boolean {
  return (
    /(^|\/)(\.env\.(example|sample|template)|[^/]*\.env\.example)$/i.test(path) ||
    (/^docs?\/[^/]*\.md$/i.test(path) &&
      !/[._-](de|fr|es|ja|jp|zh|cn|ko|kr|pt|br|ru|it|tr|vi|id|pl|uk|ar|hi)([._-]\w+)?\.md$/i.test(path) &&
      text.length < 60_000)
  );
}

/** What an author writes where a value of the user's belongs: no server works with it. */
const placeholderWords = /^(your|my|some|change)[-_ ]|example\.|\bexample\b|placeholder|changeme|xxxx|dummy/i;

function merged(name: string, said: readonly SettingEvidence[], always: boolean): KnownSetting {
  const first = <T>(pick: (item: SettingEvidence) => T | undefined): T | undefined =>
    said.map(pick).find((value) => value !== undefined && value !== '');
  const values = said.flatMap(({ value }) => (value === undefined || value === '' ? [] : [value]));
  return {
    name,
    description: first(({ description }) => description),
    // A placeholder that shows how a key begins is worth more than one that does not.
    value:
      values.find((value) => !isPlaceholder(value)) ??
      values.find((value) => prefixOf(value) !== '') ??
      values[0],
    fallback: first(({ fallback }) => (placeholderWords.test(fallback ?? '') ? undefined : fallback)),
    required: first(({ required }) => required),
    secret: first(({ secret }) => secret) ?? isSecretName(name),
    witnesses: [...new Set(said.map(({ witness }) => witness))],
    always,
  };
}

function settingsOfStart({ env, witness }: StartEvidence): SettingEvidence[] {
  return Object.entries(env).flatMap(([name, value]) =>
    isSettingName(name) ? [{ name, witness, value }] : [],
  );
}

/** Other transports are of no use here, and neither is a debugger. */
function isStdio({ args }: StartEvidence): boolean {
  const line = args.join(' ');
  return !/\b(sse|streamable-?http|--http|--sse|--inspect|--port|http:stream)\b|transport[= ]+(http|sse|shttp)|--help|--version|\b(install|setup|init|login|auth|config|uninstall|add-json)\b|\.\.\.|…|(^| )[[#|]/i.test(
    line,
  );
}

function distinct(starts: readonly StartEvidence[]): StartEvidence[] {
  const byLine = Map.groupBy(starts, ({ args, command }) => JSON.stringify([command ?? '', args]));
  return [...byLine.values()].flatMap(([first]) => first ?? []);
}
