import { defineEntity, p } from '@mikro-orm/core'
import { id, instant, uuid } from '../columns.ts'
import { User } from './users.ts'

/** Images: logos and icons that the configuration names, and users' avatars. */
export const Media = defineEntity({
  name: 'Media',
  tableName: 'media',
  properties: {
    id: id(),
    /** As people tell it from others. */
    name: p.text(),
    /** Media type, by what it is. */
    type: p.text(),
    bytes: p.blob(),
    /** Of the bytes, in base64url. */
    sha256: p.text(),
    size: p.integer(),
    width: p.integer().nullable(),
    height: p.integer().nullable(),
    /** Whose avatar it is. Null: of the configuration. */
    user: () => p.oneToOne(User).owner().nullable().deleteRule('cascade'),
    /** Without foreign key: a logo outlives whoever uploaded it. */
    uploadedBy: uuid(),
    createdAt: instant().index(),
  },
})
