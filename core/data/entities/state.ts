import { defineEntity, p } from '@mikro-orm/core'
import type { Json } from '../../api/index.ts'
import { instant, json } from '../columns.ts'

/** What lives for a while: see the port `store`. */
export const ShortLived = defineEntity({
  name: 'ShortLived',
  tableName: 'short_lived',
  properties: {
    key: p.text().primary(),
    /** JSON text. */
    value: p.text(),
    version: p.integer(),
    expiresAt: instant().index(),
    /** A tombstone: the value was taken, and this one left. */
    taken: p.boolean(),
  },
})

/** Small facts about this installation, e.g. that it has been set up. */
export const SettingsState = defineEntity({
  name: 'SettingsState',
  tableName: 'settings_state',
  properties: {
    key: p.text().primary(),
    value: json<NonNullable<Json>>(),
  },
})
