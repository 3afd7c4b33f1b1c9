import type { Package } from '../../package/package.ts';
import { isOwnCode } from '../../evidence/source-settings.ts';
import { changed, type Draft } from '../draft.ts';
import { packageOf } from './missing-programs.ts';

const starts: readonly RegExp[] = [
  // Bundlers give such functions other names: `import_cross_spawn.default("git"`.
  /\b\w{0,40}(?:spawn|exec[fF]ile|execa)(?:Sync|Async)?(?:\.(?:default|sync))?\(\s*\[?\s*["'`]([\w.+-]+)["'`]/g,
  /\bsubprocess\.(?:run|Popen|check_output|check_call|call)\(\s*\[\s*["']([\w.+-]+)["']/g,
  /\bcreate_subprocess_exec\(\s*["']([\w.+-]+)["']/g,
  /\bshutil\.which\(\s*["']([\w.+-]+)["']/g,
  /\bexec\.(?:Command|CommandContext|LookPath)\((?:ctx,\s*)?"([\w.+-]+)"/g,
];

/** Programs that its source starts, if that is what it is about: a Git server needs Git, whatever else it can start is optional. */
export function withStartedPrograms(draft: Draft, own: Package): Draft {
  const about = `${own.name} ${own.description} ${own.keywords.join(' ')}`.toLowerCase();
  const found = own.files
    .filter(isOwnCode)
    .flatMap(({ path, text }) =>
      starts.flatMap((pattern) =>
        [...text.matchAll(pattern)].map((match) => ({ program: match[1] ?? '', path })),
      ),
    );
  return found.reduce((old, { program, path }) => {
    const name = packageOf(program);
    const isMeant = [program, name ?? program].some((word) =>
      new RegExp(`(^|[^a-z])${word.replaceAll(/[.+]/g, '\\$&')}([^a-z]|$)`).test(about),
    );
    if (name === undefined || !isMeant || old.entry.system.some((one) => one === name)) return old;
    return changed(
      old,
      { system: [...old.entry.system, name] },
      { field: 'system', value: name, why: `its source starts ${program}: ${path}` },
    );
  }, draft);
}
