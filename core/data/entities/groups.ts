import { defineEntity, p } from '@mikro-orm/core'
import { id, uuid } from '../columns.ts'
import { User } from './users.ts'

export const Group = defineEntity({
  name: 'Group',
  tableName: 'groups',
  properties: {
    id: id(),
    /** What configuration calls it. Never changes. */
    slug: p.text().unique(),
    name: p.text(),
    version: p.integer().version(),
  },
})

/** The members of `group` are members of `parent` too. Without cycles: the writer sees to it. */
export const GroupParent = defineEntity({
  name: 'GroupParent',
  tableName: 'group_parents',
  properties: {
    group: () => p.manyToOne(Group).primary().deleteRule('cascade'),
    parent: () => p.manyToOne(Group).primary().deleteRule('cascade').index(),
  },
})

export const Membership = defineEntity({
  name: 'Membership',
  tableName: 'memberships',
  properties: {
    user: () => p.manyToOne(User).primary().deleteRule('cascade'),
    group: () => p.manyToOne(Group).primary().deleteRule('cascade').index(),
  },
})

/** A role that a user or a group has. The role itself is configuration, known by its slug. */
export const RoleAssignment = defineEntity({
  name: 'RoleAssignment',
  tableName: 'role_assignments',
  properties: {
    subjectKind: p.text().$type<'user' | 'group'>().primary(),
    /** The user's or the group's id; who deletes one of them deletes its assignments. */
    subjectId: uuid().primary(),
    role: p.text().primary(),
  },
})
