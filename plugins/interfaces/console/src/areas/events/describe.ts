import { hasText, language, t } from 'sluice/interface'
import { tally } from './tally.ts'
import type { ObjectChange } from './types.ts'

/** `2 applications`; what nobody has a word for is called as the API does. */
const kindText = (kind: string, count = 1): string =>
  hasText(`events.kind.${kind}`) ? t(`events.kind.${kind}`, { count }) : `${count} ${kind}`

const listed = (parts: readonly string[]): string => new Intl.ListFormat(language.value, { type: 'unit', style: 'long' }).format(parts)

/** What a commit changed, in one line. */
export const changesText = (changes: readonly ObjectChange[]): string => {
  const [only, ...others] = changes
  if (!only) return t('events.changes.none')
  if (others.length > 0)
    return listed(tally(changes).map(({ kind, change, count }) => t(`events.changes.${change}`, { what: kindText(kind, count) })))
  const what = hasText(`events.one.${only.kind}`) ? t(`events.one.${only.kind}`, { name: only.slug }) : `${only.kind} “${only.slug}”`
  return t(`events.changes.${only.change}`, { what })
}
