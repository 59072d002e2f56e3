import { defineEntity, p } from '@mikro-orm/core'
import type { Json } from '../../api/index.ts'
import { id, instant, json, uuid } from '../columns.ts'

/** The audit log. */
export const Event = defineEntity({
  name: 'Event',
  tableName: 'events',
  // Ids sort by time: each filter has them behind it, so that pages and spans of time are read without sorting.
  indexes: [
    { properties: ['action', 'id'] },
    { properties: ['userId', 'id'] },
    { properties: ['application', 'id'] },
    { properties: ['seal', 'id'] },
  ],
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
    /** The number of the seal that covers it; null until the sealer comes by. */
    seal: p.integer().nullable(),
  },
})

/** The hash chain over the audit log: each seal covers some events and the seal before it. */
export const EventSeal = defineEntity({
  name: 'EventSeal',
  tableName: 'event_seals',
  properties: {
    /** 1, 2, 3, … without gaps. */
    seq: p.integer().primary().autoincrement(false),
    /** The time of the newest event in it. */
    newest: instant(),
    count: p.integer(),
    /** `[id, mac]` of each event, in the order of ids; empty once its events are past their retention. */
    entries: json<readonly (readonly [string, string])[]>(),
    hash: p.text(),
    /** The proof that the seals up to this one were removed by retention, and by nobody else; null where they were not. */
    pruned: p.text().nullable(),
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
