/** The kinds that CustomResourceDefinitions in the same file define. */
import * as z from 'zod';
import type { ApiResource } from '../kubernetesApi.ts';
import type { Manifest } from './manifest.ts';

const definitionSchema = z.lazy(() =>
  z.looseObject({
    apiVersion: z.literal('apiextensions.k8s.io/v1'),
    kind: z.literal('CustomResourceDefinition'),
    spec: z.looseObject({
      group: z.string().min(1),
      scope: z.enum(['Cluster', 'Namespaced']),
      names: z.looseObject({ kind: z.string().regex(/^[A-Z]\w*$/), plural: z.string() }),
    }),
  }),
);

/** What the definitions among the manifests of a file name. A definition of another form defines nothing. */
export function definedResources(manifests: readonly Manifest[]): readonly ApiResource[] {
  return manifests.flatMap(({ value }) => {
    const parsed = definitionSchema.safeParse(value);
    if (!parsed.success) return [];
    const { group, scope, names } = parsed.data.spec;
    return [{ kind: names.kind, group, version: '*', plural: names.plural, scope }];
  });
}
