import { loadBases } from '../../base/references.ts';
import type { Condition } from '../../doctor/condition.ts';
import { examine } from '../../doctor/examine.ts';
import { fileConditions } from '../../doctor/files.ts';
import { secretsCondition } from '../../doctor/secrets.ts';
import { measureSandbox } from '../../doctor/measure-sandbox.ts';
import { examineCluster } from '../../doctor/cluster.ts';
import { connectEngine } from '../../engine/connect.ts';
import { clusterLacks, lackReasons } from '../../engine/kubernetes/cluster-info.ts';
import { isCluster } from '../../engine/locate/cluster.ts';
import type { Engine } from '../../engine/engine.ts';
import { fix } from '../../doctor/fix.ts';
import { tryBases } from '../../doctor/try-bases.ts';
import { jsonText } from '../../lib/folders.ts';
import { label } from '../../lib/labels.ts';
import type { Execute, Invocation } from '../command.ts';
import { hintText } from '../flags.ts';
import { hostPlatform, templatesOf } from './build-environment.ts';
import { hostFor } from '../../upstream/hosts.ts';

/** What is tried on the engine: a container in the smallest base that is here, and the making of bases. */
async function measured(engine: Engine, invocation: Invocation): Promise<Condition[]> {
  const { terminal } = invocation;
  const { templates } = await templatesOf(invocation);
  const { go, python, node } = await loadBases(templates, hostPlatform());
  const images = [go, python, node].map(({ runtime }) => runtime.reference);
  const labels = {
    [label.role]: 'test',
    [label.server]: 'mcpcat-doctor',
  };
  return [
    ...(await measureSandbox({ engine, images, labels })),
    await tryBases({
      engine,
      references: [node, python].flatMap(({ build, runtime }) => [build.reference, runtime.reference]),
      cacheFolder: terminal.host.folders(terminal.env).cache,
      probeAddress: `${hostFor('debian', terminal.env)}/dists/trixie/InRelease`,
    }),
  ];
}

/** Of a cluster only what can be found out without making anything in it. */
async function examined(find: () => Promise<Engine>, invocation: Invocation): Promise<Condition[]> {
  const endpoint = invocation.options.text('engine');
  if (endpoint === undefined || !isCluster(endpoint))
    return examine(find, (engine) => measured(engine, invocation));
  const { clusterFacts } = await import('../../engine/kubernetes/examine-cluster.ts');
  const lacks = clusterLacks.map((name) => [name, lackReasons[name]] as const);
  return examineCluster(() => clusterFacts(endpoint, invocation.terminal), lacks);
}

export const execute: Execute = async (invocation) => {
  const { options, terminal } = invocation;
  const find = (): ReturnType<typeof connectEngine> =>
    connectEngine({ endpoint: options.text('engine'), env: terminal.env, host: terminal.host });
  if (options.flag('fix'))
    await fix({ find, host: terminal.host, say: (line) => terminal.stderr.write(`mcpcat: ${line}\n`) });
  const conditions = [
    ...(await examined(find, invocation)),
    ...fileConditions(terminal),
    await secretsCondition(terminal),
  ];
  const marks = { ok: 'ok     ', warning: 'warning', failed: 'FAILED ' } as const;
  const shown = conditions.map(({ inputs, hint, ...condition }) => {
    const whole = hintText(hint, inputs);
    return { ...condition, ...(whole === undefined ? {} : { hint: whole }) };
  });
  const lines = shown.flatMap(({ status, message, hint }) => [
    `${marks[status]} ${message}`,
    ...(hint === undefined ? [] : [`        ${hint}`]),
  ]);
  terminal.stdout.write(options.flag('json') ? jsonText(shown) : `${lines.join('\n')}\n`);
  return conditions.some(({ status }) => status === 'failed') ? 3 : 0;
};
