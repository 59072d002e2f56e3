import type { ObjectChange } from '../configuration/plane-types.ts'

const signs: Readonly<Record<ObjectChange['change'], string>> = { create: '+', update: '~', delete: '-', rename: '→' }
const longest = 100

const shown = (value: unknown): string => {
  if (value === undefined) return 'nothing'
  const text = JSON.stringify(value)
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text
}

const fieldLine = ({ pointer, before, after }: NonNullable<ObjectChange['fields']>[number]): string => {
  const isTold = before !== undefined || after !== undefined
  return `      ${pointer || '/'}: ${isTold ? `${shown(before)} → ${shown(after)}` : 'changed (a secret)'}`
}

/** What has changed, or would, as lines for people. */
export const changeLines = (changes: readonly ObjectChange[]): readonly string[] =>
  changes.flatMap(({ kind, slug, change, to, fields = [] }) => [
    `  ${signs[change]} ${kind}.${slug}${to === undefined ? '' : ` → ${to}`}`,
    ...fields.map(fieldLine),
  ])

const words: readonly (readonly [ObjectChange['change'], string])[] = [
  ['create', 'created'],
  ['update', 'changed'],
  ['rename', 'renamed'],
  ['delete', 'deleted'],
]

/** `2 created, 1 deleted` */
export const summaryOf = (changes: readonly ObjectChange[]): string =>
  words
    .map(([change, word]) => [changes.filter((one) => one.change === change).length, word] as const)
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count} ${word}`)
    .join(', ')
