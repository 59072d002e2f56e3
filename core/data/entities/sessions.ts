import { defineEntity, p } from '@mikro-orm/core'
import { id, instant, json, uuid } from '../columns.ts'
import { User } from './users.ts'

/** A browser that somebody has signed in at. Known by its cookie, of whose secret only the hash is here. */
export const Browser = defineEntity({
  name: 'Browser',
  tableName: 'browsers',
  properties: {
    id: p.text().primary(),
    secretHash: p.text(),
    createdAt: instant(),
    seenAt: instant().index(),
    locale: p.text().nullable(),
  },
})

/** Who has signed in at a browser before, and when last. */
export const BrowserUser = defineEntity({
  name: 'BrowserUser',
  tableName: 'browser_users',
  properties: {
    browser: () => p.manyToOne(Browser).primary().deleteRule('cascade'),
    user: () => p.manyToOne(User).primary().deleteRule('cascade').index(),
    at: instant(),
    /** When they last proved a second factor here. */
    secondFactorAt: instant().nullable(),
    /** Since when, and until when, they trust it: no second factor is asked for here. */
    trustedAt: instant().nullable(),
    trustedUntil: instant().nullable(),
    /** What the browser called itself when it was trusted. */
    userAgent: p.text().nullable(),
  },
})

export const Session = defineEntity({
  name: 'Session',
  tableName: 'sessions',
  properties: {
    id: id(),
    browser: () => p.manyToOne(Browser).deleteRule('cascade').index(),
    user: () => p.manyToOne(User).deleteRule('cascade').index(),
    /** When the user last proved who they are. */
    authenticatedAt: instant(),
    /** What was proved, in order. */
    proofs: json<readonly { readonly method: string; readonly at: number }[]>(),
    createdAt: instant(),
    expiresAt: instant().index(),
    seenAt: instant(),
    endedAt: instant().nullable(),
    /** Slugs of the authentication flows that it has gone through. */
    flows: json<readonly string[]>().nullable(),
    ip: p.text(),
    userAgent: p.text(),
    /** What a trusted proxy told of the device. */
    device: json<{ readonly certificate: object | null; readonly posture: Readonly<Record<string, string>> }>().nullable(),
  },
})

/** Runs of flows that have ended: its primary key is what makes a run close once. */
export const ClosedRun = defineEntity({
  name: 'ClosedRun',
  tableName: 'closed_runs',
  properties: {
    id: p.text().primary(),
    /** The session it opened, if any. Without foreign key: sessions are pruned. */
    sessionId: uuid().nullable(),
    closedAt: instant().index(),
  },
})
