import { EnrolledDevice } from './authenticators.ts'
import { ConfigurationObject, Revision, RevisionObject } from './configuration.ts'
import { Change, Event, EventSeal } from './events.ts'
import { Consent, Grant } from './grants.ts'
import { Group, GroupParent, Membership, RoleAssignment } from './groups.ts'
import { Job } from './jobs.ts'
import { SigningKey } from './keys.ts'
import { Media } from './media.ts'
import { Browser, BrowserUser, ClosedRun, Session } from './sessions.ts'
import { SettingsState, ShortLived } from './state.ts'
import { Token } from './tokens.ts'
import { Password, User, UserSearch } from './users.ts'

/** Every table of core. */
export const entities = [
  User,
  UserSearch,
  Password,
  Group,
  GroupParent,
  Membership,
  RoleAssignment,
  Browser,
  BrowserUser,
  Session,
  ClosedRun,
  Grant,
  Consent,
  SigningKey,
  Event,
  Change,
  ShortLived,
  SettingsState,
  Revision,
  RevisionObject,
  ConfigurationObject,
  Token,
  Media,
  EventSeal,
  Job,
  EnrolledDevice,
] as const
