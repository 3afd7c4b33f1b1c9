import { clusterLacks } from '../../engine/kubernetes/cluster-info.ts';
import type { ListedServer } from '../../catalog-index/catalog-index.ts';
import type { LeftOut } from '../../export/choose.ts';
import { chooseForCluster } from '../../export/kubernetes/choose.ts';
import { manifests } from '../../export/kubernetes/manifests.ts';
import type { HostPolicies } from '../../export/kubernetes/policies.ts';
import { McpcatError } from '../../lib/errors.ts';
import type { Invocation, Options } from '../command.ts';
import { warmCount } from '../warm-count.ts';

export interface ClusterFiles {
  /** With `--out` by their names below it, else one stream, whose path is empty. */
  readonly files: ReadonlyMap<string, string>;
  readonly left: readonly LeftOut[];
  readonly count: number;
}

/** `serve` in a cluster. What is left to people goes to stderr. */
export function clusterFiles(
  servers: readonly ListedServer[],
  { options, terminal }: Invocation,
): ClusterFiles {
  if (options.flag('local'))
    throw new McpcatError('usage', '--local: a cluster takes images from registries alone');
  const wishes = {
    namespace: namespaceOf(options.text('namespace') ?? 'mcpcat'),
    image: ownImage(options.text('image')),
    hosts: hostPoliciesOf(options),
    isolation: isolationOf(options.text('isolation') ?? 'policy'),
    acceptMissing: accepted(options.list('accept-missing')),
    warm: options.text('warm') === undefined ? undefined : warmCount(options.text('warm')),
  };
  const { chosen, left } = chooseForCluster(servers, { unproved: options.flag('unproved') });
  if (chosen.length === 0) return { files: new Map(), left, count: 0 };
  const { files, stream, notes } = manifests(chosen, wishes);
  if (!options.flag('quiet')) for (const note of notes) terminal.stderr.write(`mcpcat: ${note}\n`);
  const out = options.text('out') === undefined ? new Map([['', stream]]) : files;
  return { files: out, left, count: chosen.length };
}

/** What no cluster can hold for one container is accepted by name, or nothing is written. */
function accepted(texts: readonly string[]): readonly string[] {
  const names = texts.flatMap((text) => text.split(','));
  const missing = clusterLacks.filter((name) => !names.includes(name));
  if (missing.length === 0) return clusterLacks;
  throw new McpcatError('usage', `a cluster can't hold these for one container: ${missing.join(', ')}`, {
    hint: `--accept-missing ${clusterLacks.join(',')} does without (docs/kubernetes.md)`,
  });
}

/** `policy`, or the name of a RuntimeClass. */
function isolationOf(text: string): string {
  if (/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/.test(text)) return text;
  throw new McpcatError('usage', `--isolation: expected policy or a RuntimeClass, found "${text}"`);
}

/** RFC 1123, as the API server has it. */
function namespaceOf(text: string): string {
  if (/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(text)) return text;
  throw new McpcatError('usage', `--namespace: expected a namespace of the cluster, found "${text}"`, {
    hint: 'lower-case letters, digits and hyphens, 63 at most',
  });
}

function ownImage(text: string | undefined): string {
  if (/^[^\s@]+@sha256:[0-9a-f]{64}$/.test(text ?? '')) return text ?? '';
  throw new McpcatError('usage', `--image: expected NAME@sha256:DIGEST, found "${text ?? ''}"`, {
    hint: 'the image that has mcpcat itself (docs/kubernetes.md)',
  });
}

function hostPoliciesOf(options: Options): HostPolicies {
  const text = options.text('policies');
  if (text === undefined) return { kind: 'none' };
  if (text === 'cilium') return { kind: 'cilium' };
  const [, controlPlane] = /^gke:([0-9a-f.:]+\/\d{1,3})$/i.exec(text) ?? [];
  if (controlPlane !== undefined) return { kind: 'gke', controlPlane };
  throw new McpcatError('usage', `--policies: expected cilium or gke:ADDRESS/LENGTH, found "${text}"`, {
    hint: "of GKE, the address of the cluster's control plane, such as gke:203.0.113.5/32",
  });
}
