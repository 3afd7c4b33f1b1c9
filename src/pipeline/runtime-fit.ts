import { readBaseLock } from '../base/base-lock.ts';
import { readRecipe } from '../base/recipe.ts';
import type { Lock } from '../catalog/lock.ts';
import type { Finding } from '../lib/finding.ts';
import { versioning } from '../versioning/versioning.ts';
import { updateFinding } from './update-findings.ts';

/** Whether the base's Node, Python or Go is new enough for what the release says it needs. */
export async function runtimeFindings(
  lock: Lock,
  { templates, platform }: { templates: string; platform: string },
): Promise<Finding[]> {
  const { requires, runtime } = lock;
  const held = await versionInBase(runtime, { templates, platform });
  if (requires === undefined || held === undefined || fits(runtime, { requires, held })) return [];
  const names = { node: 'Node', python: 'Python', go: 'Go' } as const;
  const message = `${lock.version} needs ${names[runtime]} ${requires}, the base has ${held}`;
  return [updateFinding('needs-newer-runtime', message)];
}

async function versionInBase(
  runtime: Lock['runtime'],
  { templates, platform }: { templates: string; platform: string },
): Promise<string | undefined> {
  const { artifacts, runtime: packages } = await readBaseLock(templates, runtime, platform);
  switch (runtime) {
    case 'node': {
      const node = artifacts.find(({ name }) => name.startsWith('node-linux-'))?.version;
      return node ?? majorOnly((await readRecipe(templates, 'node')).node);
    }
    case 'python':
      return packages.find(({ name }) => name === 'python3-minimal')?.version.replace(/-.*$/, '');
    case 'go':
      return /go(\d+\.\d+(?:\.\d+)?)/.exec(
        artifacts.find(({ name }) => name.includes('toolchain'))?.version ?? '',
      )?.[1];
  }
}

function majorOnly(major: number | undefined): string | undefined {
  return major === undefined ? undefined : `${String(major)}.0.0`;
}

/** What can't be read says nothing: `engines` holds all sorts of things. */
function fits(runtime: Lock['runtime'], { requires, held }: { requires: string; held: string }): boolean {
  if (runtime === 'go') return versioning.go.compare(goVersion(held), goVersion(requires)) >= 0;
  const rules = runtime === 'node' ? versioning.npm : versioning.pypi;
  return !rules.isRange(requires) || rules.satisfies(held, requires);
}

/** `1.25` → `v1.25.0`. */
function goVersion(text: string): string {
  return `v${[...text.split('.'), '0', '0'].slice(0, 3).join('.')}`;
}
