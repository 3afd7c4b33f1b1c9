import { fieldsOf, wordsOf } from '../json.ts';

/** `SecurityOptions` of `GET /info`, by name: `name=seccomp,profile=default` → `seccomp`. */
export function securityNames(info: unknown): readonly string[] {
  return wordsOf(fieldsOf(info)['SecurityOptions']).map(
    (option) => /(?:^|,)name=([^,]+)/.exec(option)?.[1] ?? option,
  );
}
