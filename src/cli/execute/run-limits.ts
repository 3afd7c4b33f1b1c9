import type { Engine, EngineInfo, Guarantee } from '../../engine/engine.ts';
import { label } from '../../lib/labels.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { missingAccepted } from '../../settings/missing-accepted.ts';
import type { Settings } from '../../settings/read.ts';
import type { Invocation } from '../command.ts';

interface Accepting {
  readonly invocation: Invocation;
  readonly engine: Engine;
  readonly settings: readonly Settings[];
  readonly sandbox: Sandbox;
}

interface Limited {
  readonly sandbox: Sandbox;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * The sandbox without the limits that the engine lacks, of those that the user does without. One that it has is asked
 * for all the same.
 */
export async function withoutMissing({ invocation, engine, settings, sandbox }: Accepting): Promise<Limited> {
  const { options, terminal } = invocation;
  const accepted = missingAccepted(settings, options.list('accept-missing'));
  const info = await engine.info();
  const lacking = accepted.filter((name) => isLacking(name, info));
  if (lacking.length === 0) return { sandbox, labels: {} };
  const text = lacking.join(',');
  if (!options.flag('quiet'))
    terminal.stderr.write(
      `mcpcat: ${sandbox.name} HAS NO LIMIT OF ${text}: this engine lacks it, and you accept that\n`,
    );
  return { sandbox: { ...sandbox, lacking }, labels: { [label.lacking]: text } };
}

function isLacking(name: Guarantee, { limits, lacks = [] }: EngineInfo): boolean {
  const isLimit = name === 'memory' || name === 'swap' || name === 'cpu' || name === 'pids';
  return isLimit ? !limits[name] : lacks.includes(name);
}
