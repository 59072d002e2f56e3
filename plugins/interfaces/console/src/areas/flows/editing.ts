import { inject, type InjectionKey, provide, type Ref } from 'vue'
import type { FlowDraft } from './draft.ts'
import type { Path, Row } from './outline/steps.ts'
import type { Visit } from './simulate/trace.ts'

/** What all parts of the page of a flow share. */
export type Editing = {
  readonly draft: FlowDraft
  readonly mayEdit: Readonly<Ref<boolean>>
  /** The step that is chosen, by its pointer. */
  readonly chosen: Readonly<Ref<string | undefined>>
  choose(path: Path | undefined): void
  /** Asks for a stage, and puts it there. */
  add(list: Path, index: number): void
  move(row: Row, by: -1 | 1): void
  duplicate(row: Row): void
  wrap(path: Path): void
  remove(row: Row): void
  /** Was the flow simulated as it is? */
  readonly isSimulated: Readonly<Ref<boolean>>
  /** What the last simulation did at steps, by the pointer of the step. */
  readonly visits: Readonly<Ref<ReadonlyMap<string, Visit>>>
}
const key: InjectionKey<Editing> = Symbol('editing')

export const provideEditing = (editing: Editing): void => provide(key, editing)
export const useEditing = (): Editing => {
  const editing = inject(key)
  if (!editing) throw new Error('this stands on the page of a flow only')
  return editing
}
