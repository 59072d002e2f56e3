import type { ObjectKind } from '../../../objects/kind.ts'

export const roles: ObjectKind = {
  kind: 'roles',
  icon: 'i-lucide-shield',
  texts: {
    all: 'directory.roles',
    one: 'directory.roles.one',
    create: 'directory.roles.new',
    none: 'directory.roles.none',
    noneText: 'directory.roles.none-text',
  },
  columns: [{ field: 'permissions', label: 'directory.roles.permissions' }],
  groups: [{ fields: ['/spec/name', '/slug', '/spec/description'] }, { fields: ['/spec/permissions'] }],
}
