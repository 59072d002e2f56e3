import type { Application } from '../api/index.ts'
import type { Snapshot } from '../configuration/types.ts'

/**
 * May this user open this application? Asked at head, whatever a session or a grant was given under: an application that is gone is
 * closed to everybody.
 */
export function authorize(
  snapshot: Snapshot,
  _userId: string,
  application: Application,
): { readonly allowed: boolean; readonly reason: string } {
  return snapshot.applications.has(application.slug)
    ? { allowed: true, reason: 'the application has no access rules' }
    : { allowed: false, reason: `there is no application "${application.slug}" any more` }
}
