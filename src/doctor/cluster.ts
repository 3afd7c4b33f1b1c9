import type { Guarantee } from '../engine/engine.ts';
import type { ClusterFacts } from '../engine/kubernetes/examine-cluster.ts';
import { McpcatError } from '../lib/errors.ts';
import { hintOf, type Condition } from './condition.ts';

/** What a cluster can't hold for one container, with why. */
export type Lacks = readonly (readonly [name: Guarantee, reason: string])[];

/** Looks at one namespace of a cluster; makes nothing in it, and never throws for one that is not reached. */
export async function examineCluster(find: () => Promise<ClusterFacts>, lacks: Lacks): Promise<Condition[]> {
  try {
    return clusterConditions(await find(), lacks);
  } catch (error) {
    if (!(error instanceof McpcatError)) throw error;
    return [{ kind: 'engine', status: 'failed', message: error.message, ...hintOf(error) }];
  }
}

/** Pure. */
export function clusterConditions(facts: ClusterFacts, lacks: Lacks): Condition[] {
  const { endpoint, version } = facts;
  return [
    { kind: 'engine', status: 'ok', message: `Kubernetes ${version} at ${endpoint}` },
    halfClose(facts),
    ...rights(facts),
    isolation(facts),
    policy(facts),
    storage(facts),
    ...lacks.map(([name, reason]): Condition => ({
      kind: `lacks-${name}`,
      status: 'warning',
      message: `${name} can't be held for one container of a cluster: ${reason}`,
      hint: 'a start is refused unless it does without',
      inputs: [{ name: 'accept-missing', value: name }],
    })),
  ];
}

function halfClose({ halfClose: has, version }: ClusterFacts): Condition {
  if (has)
    return {
      kind: 'half-close',
      status: 'ok',
      message: 'the end of an input reaches a server (v5.channel.k8s.io)',
    };
  return {
    kind: 'half-close',
    status: 'failed',
    message: `expected Kubernetes 1.30 or later, which can end an input and go on reading, found ${version}`,
  };
}

function rights({ missingRights, namespace }: ClusterFacts): Condition[] {
  const always = missingRights.flatMap((one) => (one.for === undefined ? [one.right] : []));
  const hint = `a Role of namespace ${namespace} must permit it to you`;
  return [
    always.length === 0
      ? { kind: 'rights', status: 'ok', message: 'you may do all that a start needs' }
      : { kind: 'rights', status: 'failed', message: `you may not ${always.join(', ')}`, hint },
    ...missingRights.flatMap(({ right, for: what }): Condition[] => {
      if (what === undefined) return [];
      return [
        { kind: 'rights', status: 'warning', message: `you may not ${right}, which ${needs[what]}`, hint },
      ];
    }),
  ];
}

const needs: Readonly<Record<NonNullable<ClusterFacts['missingRights'][number]['for']>, string>> = {
  secrets: 'servers with secrets need',
  policy: 'the isolation policy needs',
  state: 'servers that keep files need',
  volumes: 'the list of what servers keep, and its removal, need',
};

function isolation({ runtimeClasses }: ClusterFacts): Condition {
  const found = runtimeClasses.length === 0 ? 'none, or none that you may list' : runtimeClasses.join(', ');
  return {
    kind: 'runtimeclass',
    status: 'warning',
    message: `not tried: RuntimeClasses are ${found}; one without network is proved before the first start`,
    inputs: [{ name: 'isolation' }],
  };
}

function policy({ policyProblem, namespace }: ClusterFacts): Condition {
  const kind = 'policy';
  if (policyProblem !== undefined) return { kind, status: 'warning', message: policyProblem };
  return {
    kind,
    status: 'warning',
    message: `not tried: a NetworkPolicy shuts namespace ${namespace}; whether the cluster enforces it is proved before the first start, and a pod may reach its own node all the same`,
  };
}

function storage({ storageClass }: ClusterFacts): Condition {
  const kind = 'storage';
  switch (storageClass.kind) {
    case 'default':
      return {
        kind,
        status: 'ok',
        message: `what servers keep gets storage of the StorageClass ${storageClass.name}`,
      };
    case 'none':
      return {
        kind,
        status: 'warning',
        message:
          'there is no default StorageClass: a server that keeps files is refused, unless its claim is there before',
      };
    case 'unknown':
      return {
        kind,
        status: 'warning',
        message:
          'not known: you may not list StorageClasses; without a default one a server that keeps files is refused',
      };
  }
}
