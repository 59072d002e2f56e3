import type { ObjectKind } from '../../objects/kind.ts'

export const policies: ObjectKind = {
  kind: 'policies',
  icon: 'i-lucide-scale',
  texts: {
    all: 'flows.policies',
    one: 'flows.policies.one',
    create: 'flows.policies.new',
    none: 'flows.policies.none',
    noneText: 'flows.policies.none-text',
  },
  groups: [{ fields: ['/spec/name', '/slug', '/spec/with/expression', '/spec/with/message'] }],
}
