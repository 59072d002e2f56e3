import { defineEntity, p } from '@mikro-orm/core'
import type { Json } from '../../api/index.ts'
import { id, instant, json, uuid } from '../columns.ts'

/** A commit of configuration. Its number is the head that it made: the primary key is what lets one of two commits on the same head win. */
export const Revision = defineEntity({
  name: 'Revision',
  tableName: 'revisions',
  properties: {
    number: p.integer().primary(),
    at: instant(),
    /** Who made it: `{ type, id?, name }`. */
    actor: json<NonNullable<Json>>(),
    message: p.text(),
  },
})

/** An object as a revision left it. What a revision did not change has no row in it. */
export const RevisionObject = defineEntity({
  name: 'RevisionObject',
  tableName: 'revision_objects',
  properties: {
    revision: () => p.manyToOne(Revision).primary().deleteRule('cascade'),
    objectId: uuid().primary(),
    kind: p.text(),
    slug: p.text(),
    /** With secrets sealed; null: the revision deleted the object. */
    spec: json<NonNullable<Json>>().nullable(),
    settingsVersion: p.integer(),
    owner: p.text(),
  },
})

/** The objects as the head has them. The id stays through renames, and through a deletion that is rolled back. */
export const ConfigurationObject = defineEntity({
  name: 'ConfigurationObject',
  tableName: 'configuration_objects',
  uniques: [{ properties: ['kind', 'slug'] }],
  properties: {
    id: id(),
    kind: p.text(),
    slug: p.text(),
    spec: json<NonNullable<Json>>(),
    /** Number of upgrades that the settings have had. */
    settingsVersion: p.integer(),
    /** The revision that changed it last. */
    revision: p.integer(),
    /** Who applies it, e.g. `file`: pruning deletes only what the same owner applied. */
    owner: p.text(),
  },
})
