import type { Clock, Events, Log, Message, Passwords } from '../../api/index.ts'
import type { Accesses } from '../../access/authorize.ts'
import type { Links } from '../../access/links.ts'
import type { Catalog } from '../../configuration/catalog.ts'
import type { Plane } from '../../configuration/plane-types.ts'
import type { Database } from '../../data/database.ts'
import type { EventLog } from '../../events/events.ts'
import type { EnrolledDevices } from '../../identity/devices.ts'
import type { Rotation } from '../../keys/rotation.ts'
import type { Notices } from '../../mail/notices.ts'
import type { Installation } from '../../options/installation.ts'
import type { Cursors } from './cursors.ts'

/** What the routes work with. */
export type ApiParts = {
  readonly database: Database
  readonly clock: Clock
  readonly log: Log
  readonly events: EventLog & Events
  readonly cursors: Cursors
  readonly rotation: Pick<Rotation, 'rotate'>
  readonly passwords: Passwords
  readonly links: Links
  readonly devices: Pick<EnrolledDevices, 'listed' | 'ofUser' | 'described'>
  /** Tells people of changes of their accounts. */
  readonly notices: Notices
  readonly catalog: Catalog
  readonly plane: Plane
  readonly accesses: Pick<Accesses, 'openable'>
  readonly installation: Installation
  /** A message in a language. */
  readonly say: (message: Message, locale: string) => string
  /** A text of the plugins in a language, by its key; none where there is none that can be shown as it is. */
  readonly textOf: (key: string, locale: string) => string | undefined
}
