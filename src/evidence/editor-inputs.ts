import { plainText } from './plain-text.ts';
import { isSettingName, type SettingEvidence } from './evidence.ts';

/** Words with which an input says that nobody has to fill it in. */
const optional = /\boptional\b|leave (it |this )?(blank|empty)|if (any|needed|applicable)\b|\(default/i;

/**
 * Editors ask for settings: `"NAME": "${input:id}"` in a configuration and, elsewhere in it, `{"id": "id", "description":
 * "…", "password": true}`. What the editor would show is what the setting is for.
 */
export function editorInputs(text: string): SettingEvidence[] {
  const inputs = new Map(
    [...text.matchAll(/\{[^{}]{0,600}?"id"\s*:\s*"([\w.-]+)"[^{}]{0,600}\}/g)].map(
      ([object, id = '']) => [id, object] as const,
    ),
  );
  const uses = [...text.matchAll(/"([A-Z][A-Z0-9_]{2,60})"\s*:\s*"[^"\n]{0,40}\$\{input:([\w.-]+)\}/g)];
  return uses.flatMap(([, name = '', id = '']) => {
    const object = inputs.get(id);
    if (object === undefined || !isSettingName(name)) return [];
    const description = plainText(/"description"\s*:\s*"([^"\n]{4,200})"/.exec(object)?.[1] ?? '');
    // Some hide everything that they ask for.
    const secret =
      /"password"\s*:\s*true/.test(object) &&
      !/(URL|URI|HOST|USER|USERNAME|EMAIL|PATH|PORT|REGION)$/.test(name);
    return [
      {
        name,
        witness: 'readme' as const,
        ...(description === '' ? {} : { description }),
        ...(secret ? { secret } : {}),
        ...(optional.test(description) ? { required: false } : {}),
      },
    ];
  });
}
