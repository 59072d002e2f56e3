import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { api, ok } from './client.ts'
import type { Schema } from './schema-form/schema.ts'
import { language } from './texts.ts'

type Type = { readonly kind: string; readonly title: string | null; readonly description: string | null; readonly settings: Schema }

/** What can be configured: the kinds that one may see, their schemas, and the types that their objects are made of. */
export const useKinds = () => {
  const query = useQuery({
    queryKey: ['kinds', language],
    queryFn: () => ok(api.GET('/api/v1/kinds', { headers: { 'accept-language': language.value } })),
    staleTime: 300_000,
  })
  const kind = (name: string) => query.data.value?.kinds.find((one) => one.kind === name)
  /** What `type` may say in objects of a kind. */
  const typesOf = (name: string): readonly Type[] => {
    const family = kind(name)?.types
    return family ? ((query.data.value?.[family] ?? []) as readonly Type[]) : []
  }
  /** The schema of an object's `spec`: of a section, or with the settings of its type. */
  const schemaOf = (name: string, { type, section }: { readonly type?: string; readonly section?: string } = {}): Schema | undefined => {
    const own = kind(name)
    const schema = (section === undefined ? own?.schema : own?.sections?.[section]) as Schema | undefined
    const settings = typesOf(name).find((one) => one.kind === type)?.settings
    if (!schema || !settings) return schema
    const required = settings.required?.length ? [...(schema.required ?? []), 'with'] : schema.required
    return {
      ...schema,
      properties: { ...schema.properties, with: { ...schema.properties?.['with'], ...settings } },
      ...(required && { required }),
    } as Schema
  }
  return {
    ...query,
    kind,
    typesOf,
    schemaOf,
    permissions: computed(() => query.data.value?.permissions ?? []),
    /** Roles that are part of Sluice. */
    builtInRoles: computed(() => query.data.value?.roles ?? []),
  }
}
