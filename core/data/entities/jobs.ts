import { defineEntity, p } from '@mikro-orm/core'
import type { Json } from '../../api/index.ts'
import { id, instant, json } from '../columns.ts'

/** Work that waits, runs, or was given up. What is finished is deleted. */
export const Job = defineEntity({
  name: 'Job',
  tableName: 'jobs',
  indexes: [{ properties: ['state', 'runAt'] }],
  properties: {
    id: id(),
    kind: p.text(),
    data: json<NonNullable<Json>>(),
    /** Of a job that waits: no other may wait under it. A job that has begun gives it up, one of a schedule keeps it. */
    uniqueKey: p.text().nullable().unique(),
    /** It comes back after it ran. */
    scheduled: p.boolean(),
    runAt: instant(),
    /** Tries that have begun. */
    attempts: p.integer(),
    /** The lease: whoever runs it has it until then. 0 where nobody has. */
    lockedUntil: instant(),
    /** A name of one claim, so that whoever lost the lease changes nothing any more. */
    lockedBy: p.text().nullable(),
    lastError: p.text().nullable(),
    /** `waiting` or `dead`. */
    state: p.text(),
    createdAt: instant(),
  },
})
