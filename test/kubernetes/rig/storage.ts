import { chmod, mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Cluster } from './cluster.ts';

/** The default StorageClass while there is one. */
export const storageClass = 'static';

/**
 * A volume of the node's disk, and a default StorageClass that finds it. The rig has no provisioner, so the volume is
 * made by hand, and a folder of the node (hostPath) stands for it: the claim, who makes it and the binding are the real
 * ones. The kubelet hands no hostPath over to a pod's group, which storage of a driver is: so it is open to all.
 */
export async function giveStorage(
  cluster: Cluster,
  name: string,
  accessMode = 'ReadWriteOnce',
): Promise<void> {
  const folder = path.join(cluster.folder, 'storage', name);
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o777);
  await cluster.apply(
    {
      ...{ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass' },
      metadata: {
        name: storageClass,
        annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
      },
      provisioner: 'kubernetes.io/no-provisioner',
      volumeBindingMode: 'WaitForFirstConsumer',
    },
    {
      ...{ apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name } },
      spec: {
        capacity: { storage: '2Gi' },
        accessModes: [accessMode],
        persistentVolumeReclaimPolicy: 'Retain',
        storageClassName: storageClass,
        hostPath: { path: folder, type: 'Directory' },
      },
    },
  );
}

export async function takeStorage(cluster: Cluster, name: string): Promise<void> {
  await cluster.kubectl(['delete', 'storageclass', storageClass, '--ignore-not-found']);
  await cluster.kubectl(['delete', 'persistentvolume', name, '--ignore-not-found', '--wait=false']);
}
