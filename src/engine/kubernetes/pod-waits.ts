import { McpcatError } from '../../lib/errors.ts';
import { oneLine } from '../../lib/plain-text.ts';
import type { Condition, Pod } from './pod.ts';
import { stateOf, statusOf } from './pod-facts.ts';

/** Reasons to wait that never pass by themselves while somebody waits (kubelet, images and kuberuntime). */
const hopeless: ReadonlySet<string> = new Set([
  'InvalidImageName',
  'ErrImageNeverPull',
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
]);
const noImage: ReadonlySet<string> = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'ErrImageNeverPull',
  'InvalidImageName',
]);

/** Throws why it never will, as soon as that is clear. */
export function isRunning(pod: Pod): boolean {
  const state = stateOf(pod);
  if (state === 'running') return true;
  const { waiting, terminated } = statusOf(pod)?.state ?? {};
  const reason = waiting?.reason ?? '';
  if (noImage.has(reason))
    throw new McpcatError(
      'image-missing',
      `no node can have the image: ${reason}: ${oneLine(waiting?.message ?? '', 400)}`,
      {
        hint: 'the nodes pull it by themselves: see that they reach the registry and may read there',
      },
    );
  if (terminated?.exitCode === wrongUsage) throw olderProcess1(pod);
  if (state === 'exited' || hopeless.has(reason)) throw notRunning('engine-failed', pod);
  return false;
}

/** What process 1 ends with where it does not understand its words (src/init/README.md). */
const wrongUsage = 2;

function olderProcess1({ spec }: Pod): McpcatError {
  return new McpcatError(
    'engine-unfit',
    `the image ${spec.containers[0]?.image ?? ''} has an older process 1, which can't hold the limits of open files and processes that pods have no field for`,
    {
      hint: 'a newer one is in what this release builds: build it anew and publish it, or use a newer catalog',
    },
  );
}

export function notRunning(code: 'engine-failed' | 'timeout', pod: Pod): McpcatError {
  const { name, namespace } = pod.metadata;
  return new McpcatError(code, `the pod ${name} does not run: ${waitsFor(pod)}`, {
    hint: `the cluster's events may say more: kubectl get events -n ${namespace} --field-selector involvedObject.name=${name}`,
  });
}

function unscheduled({ status }: Pod): Condition | undefined {
  return status?.conditions?.find((one) => one.type === 'PodScheduled' && one.status === 'False');
}

/** No node can have it by now. */
export function isUnscheduled(pod: Pod): boolean {
  return unscheduled(pod) !== undefined;
}

/** What it has mounted is in its hands, and stays there. */
export function isHolding(pod: Pod): boolean {
  const state = stateOf(pod);
  return state === 'running' || (state === 'created' && !isUnscheduled(pod));
}

export function heldBy(pod: string, claim: string): McpcatError {
  return new McpcatError(
    'volume-in-use',
    `the PersistentVolumeClaim ${claim} permits one pod at a time (ReadWriteOncePod), and ${pod} has it`,
    {
      hint: 'end that session first, or make a claim with ReadWriteOnce: pods of one server then go to one node',
    },
  );
}

/** The most telling of what the cluster says of a pod that does not run. */
function waitsFor(pod: Pod): string {
  const { waiting, terminated } = statusOf(pod)?.state ?? {};
  const said = [
    terminated === undefined
      ? undefined
      : `process 1 ended with ${String(terminated.exitCode)} ${terminated.message ?? ''}`,
    waiting === undefined ? undefined : `${waiting.reason ?? ''} ${waiting.message ?? ''}`,
    unscheduled(pod)?.message,
    pod.status?.message ?? pod.status?.reason,
  ].find((text) => text !== undefined && text.trim() !== '');
  return oneLine(said ?? 'the cluster gives no reason', 500);
}
