import { defineEntity, p } from '@mikro-orm/core'
import type { Json } from '../../api/index.ts'
import { id, instant } from '../columns.ts'

/** The audit log. */
export const Event = defineEntity({
  name: 'Event',
  tableName: 'events',
  properties: {
    id: id(),
    at: instant().index(),
    action: p.text().index(),
    /** Without foreign key: the log outlives the user. */
    userId: p.uuid().nullable().index(),
    application: p.text().nullable(),
    ip: p.text(),
    userAgent: p.text(),
    requestId: p.text().nullable(),
    detail: p.json<NonNullable<Json>>(),
  },
})

/** What changed in the directory, in order of commit. */
export const Change = defineEntity({
  name: 'Change',
  tableName: 'changes',
  properties: {
    seq: p.integer().primary().autoincrement(),
    /** `user` or `group`. */
    kind: p.text(),
    objectId: p.text(),
    /** The object's version after the change. */
    revision: p.integer(),
    at: instant(),
  },
})
