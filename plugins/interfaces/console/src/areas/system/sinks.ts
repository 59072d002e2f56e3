import type { ObjectKind } from '../../objects/kind.ts'

const settings = (...names: readonly string[]): readonly string[] => names.map((name) => `/spec/with/${name}`)

export const sinks: ObjectKind = {
  kind: 'sinks',
  icon: 'i-lucide-send',
  texts: {
    all: 'system.sinks',
    one: 'system.sinks.one',
    create: 'system.sinks.new',
    none: 'system.sinks.none',
    noneText: 'system.sinks.none-text',
  },
  columns: [{ field: 'on', label: 'system.sinks.on' }],
  groups: [
    { fields: ['/spec/name', '/slug', '/spec/enabled', '/spec/on'] },
    { fields: settings('url', 'secret', 'previousSecret', 'timeout', 'to', 'group', 'language', 'perHour') },
  ],
  overview: () => import('./SinkOverview.vue'),
}
