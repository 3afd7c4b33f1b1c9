/** Whether an endpoint is a namespace of a Kubernetes cluster: there containers are pods, and images are its own matter. */
export function isCluster(endpoint: string): boolean {
  return endpoint.startsWith('kubernetes:');
}
