import { defineEntity, p } from '@mikro-orm/core'
import type { Json } from '../../api/index.ts'
import { id, instant, json, uuid } from '../columns.ts'

/** The audit log. */
export const Event = defineEntity({
  name: 'Event',
  tableName: 'events',
  // Ids sort by time: each filter has them behind it, so that pages and spans of time are read without sorting.
  indexes: [{ properties: ['action', 'id'] }, { properties: ['userId', 'id'] }, { properties: ['application', 'id'] }],
  properties: {
    id: id(),
    at: instant(),
    action: p.text(),
    /** Without foreign key: the log outlives the user. */
    userId: uuid().nullable(),
    application: p.text().nullable(),
    ip: p.text(),
    userAgent: p.text(),
    requestId: p.text().nullable(),
    detail: json<NonNullable<Json>>(),
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
