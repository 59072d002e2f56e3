import type { ObjectKind } from '../../objects/kind.ts'

export const authenticators: ObjectKind = {
  kind: 'authenticators',
  icon: 'i-lucide-shield-check',
  namedByType: true,
  texts: {
    all: 'system.authenticators',
    one: 'system.authenticators.one',
    create: 'system.authenticators.new',
    none: 'system.authenticators.none',
    noneText: 'system.authenticators.none-text',
  },
}
