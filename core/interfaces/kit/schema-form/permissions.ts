/** A role's permissions as its table shows them: entries with a star stand for several. */
export type Table = {
  /** `*` */
  readonly everything: boolean
  /** Things of which all is allowed: `users.*`. */
  readonly wholes: ReadonlySet<string>
  /** Actions that are allowed on all: `*.view`. */
  readonly actions: ReadonlySet<string>
  readonly single: ReadonlySet<string>
}

export const tableOf = (entries: readonly string[]): Table => {
  const starred = entries.map((entry) => entry.split('.'))
  return {
    everything: entries.includes('*') || entries.includes('*.*'),
    wholes: new Set(starred.flatMap(([thing = '', action]) => (action === '*' && thing !== '*' ? [thing] : []))),
    actions: new Set(starred.flatMap(([thing, action = '']) => (thing === '*' && action !== '*' && action !== '' ? [action] : []))),
    single: new Set(entries.filter((entry) => !entry.includes('*'))),
  }
}

/** Is a permission there because of one that stands for several? */
export const isCovered = ({ everything, wholes, actions }: Table, permission: string): boolean => {
  const [thing = '', action = ''] = permission.split('.')
  return everything || wholes.has(thing) || actions.has(action)
}

export const toggled = (entries: readonly string[], entry: string, on: boolean): readonly string[] => {
  const others = entries.filter((one) => one !== entry)
  return on ? [...others, entry] : others
}
