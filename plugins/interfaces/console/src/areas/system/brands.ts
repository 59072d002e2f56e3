import type { ObjectKind } from '../../objects/kind.ts'

export const brands: ObjectKind = {
  kind: 'brands',
  icon: 'i-lucide-palette',
  texts: {
    all: 'system.brands',
    one: 'system.brands.one',
    create: 'system.brands.new',
    none: 'system.brands.none',
    noneText: 'system.brands.none-text',
  },
  preview: () => import('./BrandPreview.vue'),
  columns: [{ field: 'hosts', label: 'system.brands.hosts' }],
  groups: [
    { fields: ['/spec/name', '/slug', '/spec/hosts', '/spec/radius'] },
    { fields: ['/spec/logo', '/spec/logoDark', '/spec/icon'] },
    { fields: ['/spec/colors'] },
  ],
}
