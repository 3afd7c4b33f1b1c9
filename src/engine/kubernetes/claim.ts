/** Of the Kubernetes API (v1, PersistentVolumeClaim) what we write and read back, by its own names. */
export interface ClaimBody {
  readonly apiVersion: 'v1';
  readonly kind: 'PersistentVolumeClaim';
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: {
    readonly accessModes?: readonly string[];
    readonly volumeMode?: string;
    readonly resources?: { readonly requests?: { readonly storage?: string } };
    /** Undefined where none was named and the cluster has no default. */
    readonly storageClassName?: string;
    /** Of the PersistentVolume that it is bound to. */
    readonly volumeName?: string;
  };
}

/** As the API server gives it back. */
export interface Claim extends ClaimBody {
  readonly metadata: ClaimBody['metadata'] & {
    readonly uid?: string;
    readonly creationTimestamp?: string;
    readonly deletionTimestamp?: string;
  };
  readonly status?: {
    /** Pending, Bound, Lost. */
    readonly phase?: string;
  };
}
