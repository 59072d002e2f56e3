import type { Area } from '../../area.ts'
import { objectRoutes } from '../../objects/routes.ts'
import { policies } from './policies.ts'

export default {
  title: 'flows.title',
  entries: [{ label: policies.texts.all, icon: policies.icon, to: policies.path, permissions: ['policies.view'] }],
  routes: [...objectRoutes(policies)],
} satisfies Area
