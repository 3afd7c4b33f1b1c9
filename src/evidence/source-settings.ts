import type { PackageFile } from '../package/package.ts';
import { isSettingName, type SettingEvidence } from './evidence.ts';

const name = '([A-Z][A-Z0-9_]{2,60})';
/** How JavaScript, Python and Go ask for a variable; the second group is what they fall back to. */
const asks: readonly RegExp[] = [
  new RegExp(
    String.raw`process\.env\??\.${name}\b(?:\s*(?:\|\||\?\?)\s*["'\x60]([^"'\x60\n]{0,120})["'\x60])?`,
    'g',
  ),
  new RegExp(
    String.raw`process\.env\??\.?\[\s*["'\x60]${name}["'\x60]\s*\](?:\s*(?:\|\||\?\?)\s*["'\x60]([^"'\x60\n]{0,120})["'\x60])?`,
    'g',
  ),
  new RegExp(
    String.raw`\b(?:get|require|read|must|load|optional|required|string|ensure)?_?[eE]nv(?:ironment)?(?:Var(?:iable)?|OrThrow|OrDefault|String)?\(\s*["'\x60]${name}["'\x60](?:\s*,\s*["'\x60]([^"'\x60\n]{0,120})["'\x60])?`,
    'g',
  ),
  new RegExp(
    String.raw`\b(?:os\.)?environ(?:\.get|\.setdefault|\.pop)?[\[(]\s*["']${name}["'](?:\s*,\s*["']([^"'\n]{0,120})["'])?`,
    'g',
  ),
  new RegExp(String.raw`\b(?:os\.)?getenv\(\s*["']${name}["'](?:\s*,\s*["']([^"'\n]{0,120})["'])?`, 'gi'),
  new RegExp(
    String.raw`\b(?:envvar|env_var|validation_alias|alias|env)\s*[=:]\s*(?:AliasChoices\()?["']${name}["']()`,
    'g',
  ),
  new RegExp(String.raw`\bos\.LookupEnv\("${name}"\)()`, 'g'),
  new RegExp(String.raw`\b(?:env|envconfig|mapstructure):\\?"${name}[",]()`, 'g'),
  new RegExp(String.raw`EnvVars:\s*(?:\[\]string\{|cli\.EnvVars\()"${name}"()`, 'g'),
  new RegExp(String.raw`\benv\.${name}\b()`, 'g'),
];

/** Tests, types and examples say nothing of the server itself. */
const foreign =
  /(^|\/)(tests?|__tests__|examples?|docs?|node_modules|fixtures|mocks?|__mocks__)\/|(^|\/)[Mm]ock[A-Z-][^/]*$|\.(test|spec)\.|\.d\.[mc]?ts$|\.(md|json|map|rst|txt)$/;

export function isOwnCode({ path }: PackageFile): boolean {
  return !foreign.test(path) && /\.(m?[jt]sx?|cjs|cts|py|go)$/.test(path);
}

/** Settings that the package's own code asks for. */
export function sourceSettings(files: readonly PackageFile[]): SettingEvidence[] {
  const found = new Map<string, SettingEvidence>();
  const put = (setting: string, fallback: string | undefined): void => {
    const known = found.get(setting);
    if (
      !isSettingName(setting) ||
      (known !== undefined && (known.fallback !== undefined || fallback === undefined))
    )
      return;
    found.set(setting, {
      name: setting,
      witness: 'source',
      ...(fallback === undefined || fallback === '' ? {} : { fallback }),
    });
  };
  for (const { text } of files.filter(isOwnCode)) {
    for (const pattern of asks) for (const match of text.matchAll(pattern)) put(match[1] ?? '', match[2]);
    for (const [, names = ''] of text.matchAll(/(?:const|let|var)\s*\{([^}]{1,600})\}\s*=\s*process\.env\b/g))
      for (const word of names.split(','))
        put(word.split(/[:=]/)[0]?.trim() ?? '', /=\s*["'`]([^"'`]*)["'`]/.exec(word)?.[1]);
    for (const setting of pydanticFields(text)) put(setting, undefined);
  }
  for (const setting of viperKeys(files)) put(setting, undefined);
  return [...found.values()];
}

/** Go's viper: `SetEnvPrefix("github")` and `AutomaticEnv()` make `GetString("read-only")` read `GITHUB_READ_ONLY`. */
function viperKeys(files: readonly PackageFile[]): string[] {
  const go = files.filter(({ path, text }) => path.endsWith('.go') && text.includes('viper.'));
  const prefix = go.map(({ text }) => /viper\.SetEnvPrefix\("(\w+)"\)/.exec(text)?.[1]).find(Boolean);
  if (prefix === undefined || !go.some(({ text }) => text.includes('viper.AutomaticEnv()'))) return [];
  const keys = go.flatMap(({ text }) => [
    ...text.matchAll(/viper\.(?:Get\w*|IsSet|BindPFlag|UnmarshalKey)\("([\w.-]{2,60})"/g),
  ]);
  return keys.map(([, key = '']) => `${prefix}_${key}`.toUpperCase().replaceAll(/[.-]/g, '_'));
}

/** `class Settings(BaseSettings)` with `env_prefix`: each field is a variable. */
function pydanticFields(text: string): string[] {
  if (!/\bBaseSettings\b/.test(text)) return [];
  const blocks = [...text.matchAll(/^class \w+\([^)]*BaseSettings[^)]*\):\n((?:[ \t]+.*\n|\s*\n)+)/gm)];
  return blocks.flatMap(([, body = '']) => {
    const prefix = /env_prefix\s*=\s*["']([^"']*)["']/.exec(body)?.[1] ?? '';
    return [...body.matchAll(/^(?: {4}|\t)([a-zA-Z]\w*)\s*:\s*(?!ClassVar)/gm)]
      .filter(([, field]) => field !== 'model_config')
      .map(([, field = '']) => `${prefix}${field}`.toUpperCase());
  });
}
