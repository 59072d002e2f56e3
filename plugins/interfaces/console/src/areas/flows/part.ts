import { isObject, type Schema } from 'sluice/interface'

/** The schema of a step or of a branch of one, as that of all flows has it. */
export const stepSchema = (flow: Schema | undefined): Schema | undefined => flow?.properties?.['steps']?.items
export const branchSchema = (flow: Schema | undefined): Schema | undefined => stepSchema(flow)?.properties?.['choose']?.items

/** The same with another field, where it has it. */
export const withField = (schema: Schema, name: string, change: (field: Schema) => Schema): Schema => {
  const field = schema.properties?.[name]
  return field ? { ...schema, properties: { ...schema.properties, [name]: change(field) } } : schema
}

/** A choice whose values are told in words. `unsaid`: what it means that nothing is said. */
export const inWords =
  (wordOf: (value: string) => string, unsaid?: string) =>
  ({ enum: values = [], ...field }: Schema): Schema => {
    const all = unsaid === undefined || values.includes(unsaid) ? values : [unsaid, ...values]
    return {
      ...field,
      oneOf: all.map((value) => ({ const: value, title: wordOf(String(value)) })),
      ...(unsaid !== undefined && { default: unsaid }),
    }
  }

/** What follows the default is not said. */
export const without = (part: unknown, name: string, unsaid: string): unknown => {
  if (!isObject(part) || part[name] !== unsaid) return part
  const { [name]: _, ...rest } = part
  return rest
}

/** The settings of a stage, by their pointers in a form of a step. */
export const settingsOf = (settings: Schema): readonly string[] =>
  Object.keys(settings.properties ?? {}).map((name) => `/part/with/${name}`)
