/** Kubernetes manifests that end-to-end tests judge, and what is said of them. */

/** A pod against `kubernetes/privileged`, which denies; the mark is on line 11. */
export const privileged = `apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: shop
spec:
  containers:
    - name: web
      image: registry.example/web:1.4.2
      securityContext:
        privileged: true
`;

/** Nothing is against any policy here. */
export const harmless =
  'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n  namespace: shop\ndata:\n  a: b\n';
