import type { WrittenFlow } from './kinds.ts'
import { didYouMean } from './suggest.ts'
import type { Items } from './types.ts'

export const flowUses = ['authentication', 'authorization', 'invalidation', 'recovery'] as const

/** Why this flow cannot be used for this, if it cannot. */
export const misfit = (slug: string, use: string, flows: Items): string | undefined => {
  const item = flows.get(slug)
  if (!item) return `there is no flow "${slug}"${didYouMean(slug, flows.keys())}`
  const flow = item.spec as Partial<WrittenFlow>
  if (flow.designation !== undefined && flow.designation !== use) return `the flow "${slug}" is for ${flow.designation}, not for ${use}`
  if (flow.entry === 'call') return `the flow "${slug}" is run by other flows only`
  return flow.entry === 'link' ? `the flow "${slug}" is opened by a one-time link only` : undefined
}
