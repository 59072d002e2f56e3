/** Where something is in a flow: `['steps', 1, 'choose', 0, 'steps', 2]`. */
export type Path = readonly (string | number)[]
export type Branch = { readonly when?: unknown; readonly steps: readonly Step[] }
/** As the configuration writes it: one of `type`, `choose` and `flow` says what it is. */
export type Step = {
  readonly id?: string
  readonly type?: string
  readonly with?: Readonly<Record<string, unknown>>
  readonly when?: unknown
  readonly onInvalid?: string
  readonly choose?: readonly Branch[]
  readonly flow?: string
}
export type Spec = Readonly<Record<string, unknown>>

/** A JSON pointer: also the key by which a step is remembered. */
export const pointerOf = (path: Path): string => path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')

const isHolder = (value: unknown): value is Readonly<Record<string | number, unknown>> => typeof value === 'object' && value !== null
/** What is there, if something is. */
export const at = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>((inner, part) => (isHolder(inner) ? inner[part] : undefined), value)
export const listAt = (spec: Spec, path: Path): readonly Step[] => {
  const list = at(spec, path)
  return Array.isArray(list) ? (list as readonly Step[]) : []
}
export const branchesAt = (spec: Spec, path: Path): readonly Branch[] => listAt(spec, [...path, 'choose']) as readonly Branch[]
const stepAt = (spec: Spec, path: Path): Step | undefined => {
  const step = at(spec, path)
  return isHolder(step) && !Array.isArray(step) ? (step as Step) : undefined
}

/** The same with another value there; the rest is shared. `undefined` takes a key away. */
export const put = <T>(value: T, path: Path, next: unknown): T => {
  const [part, ...rest] = path
  if (part === undefined) return next as T
  const inner = put((isHolder(value) ? value[part] : undefined) as unknown, rest, next)
  if (Array.isArray(value)) return value.with(Number(part), inner) as T
  const copy: Record<string, unknown> = { ...(value as Record<string, unknown>), [part]: inner }
  if (inner === undefined) delete copy[part]
  return copy as T
}

const split = (path: Path): { readonly list: Path; readonly index: number } => ({ list: path.slice(0, -1), index: Number(path.at(-1)) })

/** What an edit makes: the flow, and where the step is that it was about. */
export type Edited = { readonly spec: Spec; readonly path: Path | undefined }

/** Puts a step into a list, in the place of `index`; what is there and after it moves on. */
export const insert = (spec: Spec, list: Path, index: number, step: Step): Edited => ({
  spec: put(spec, list, listAt(spec, list).toSpliced(index, 0, step)),
  path: [...list, Math.min(index, listAt(spec, list).length)],
})

/** The step that took its place, or the one before, is next. */
export const remove = (spec: Spec, path: Path): Edited => {
  const { list, index } = split(path)
  const left = listAt(spec, list).toSpliced(index, 1)
  return { spec: put(spec, list, left), path: left.length > 0 ? [...list, Math.min(index, left.length - 1)] : undefined }
}

export const mayMove = (spec: Spec, path: Path, by: -1 | 1): boolean => {
  const { list, index } = split(path)
  return index + by >= 0 && index + by < listAt(spec, list).length
}
/** One place up or down in its list. */
export const move = (spec: Spec, path: Path, by: -1 | 1): Edited => {
  if (!mayMove(spec, path, by)) return { spec, path }
  const { list, index } = split(path)
  const all = listAt(spec, list)
  const moved = all.toSpliced(index, 1).toSpliced(index + by, 0, all[index] as Step)
  return { spec: put(spec, list, moved), path: [...list, index + by] }
}

/** Puts a step into a branch of a new choice; its condition becomes that of the branch. */
export const wrap = (spec: Spec, path: Path): Edited => {
  const step = stepAt(spec, path)
  if (!step) return { spec, path }
  const { when = 'true', ...inner } = step
  return { spec: put(spec, path, { choose: [{ when, steps: [inner] }] }), path }
}

/** Another branch: without a condition as the last one, else before the one that has none. */
export const addBranch = (spec: Spec, path: Path, otherwise: boolean): Edited => {
  const list = [...path, 'choose']
  const branches = branchesAt(spec, path)
  const end = branches.at(-1)?.when === undefined && branches.length > 0 ? branches.length - 1 : branches.length
  const branch: Branch = otherwise ? { steps: [] } : { when: 'true', steps: [] }
  return { spec: put(spec, list, branches.toSpliced(otherwise ? branches.length : end, 0, branch)), path }
}

/** A copy of a step right after it; a name of its own belongs to one step alone. */
export const duplicate = (spec: Spec, path: Path): Edited => {
  const step = stepAt(spec, path)
  if (!step) return { spec, path }
  const { list, index } = split(path)
  return insert(spec, list, index + 1, withoutNames(step))
}
const withoutNames = ({ id: _, choose, ...step }: Step): Step => ({
  ...step,
  ...(choose && { choose: choose.map((branch) => ({ ...branch, steps: branch.steps.map(withoutNames) })) }),
})

/** What a step is among those of its list, and a branch among those of its choice, when two people's changes are put together. */
export const nameOfItem = (item: unknown, pointer: string): string | undefined => {
  if (!isHolder(item)) return undefined
  if (pointer.endsWith('/choose')) return JSON.stringify(item['when'] ?? null)
  if (!pointer.endsWith('/steps')) return undefined
  const { id, type, flow } = item as Step
  return id ?? type ?? flow ?? 'choose'
}

/** One step of an outline. `name`: what traces call it. */
export type Row = { readonly path: Path; readonly name: string; readonly step: Step }

const nameOf = ({ id, type, flow, choose }: Step, nth: string, taken: ReadonlySet<string>): string => {
  if (id !== undefined) return id
  if (flow !== undefined && type === undefined && !choose) return taken.has(flow) ? `${flow}-${nth}` : flow
  return `${type ?? 'choose'}-${nth}`
}

/** All steps in the order in which they stand, with the names that traces give them. */
export const rowsOf = (spec: Spec): readonly Row[] => {
  const rows: Row[] = []
  const taken = new Set<string>()
  const walk = (path: Path, within: string): void =>
    listAt(spec, path).forEach((step, index) => {
      if (!isHolder(step)) return
      const here = [...path, index]
      const nth = `${within}${index + 1}`
      const name = nameOf(step, nth, taken)
      taken.add(name)
      rows.push({ path: here, name, step })
      step.choose?.forEach((_, branch) => walk([...here, 'choose', branch, 'steps'], `${nth}.${branch + 1}.`))
    })
  walk(['steps'], '')
  return rows
}

/** What a step of a trace is in the outline: `notice/dummy-1` is in the call that is named `notice`, `choose-3.1` is a branch of `choose-3`. */
export const placeIn = (rows: readonly Row[], step: string): Path | undefined => {
  const outer = step.split('/')[0] ?? ''
  const row = rows.find(({ name }) => name === outer)
  if (row) return row.path
  const [, choice, branch] = /^(.*)\.(\d+)$/.exec(outer) ?? []
  const holder = rows.find(({ name, step: { choose } }) => name === choice && choose)
  return holder && [...holder.path, 'choose', Number(branch) - 1]
}
