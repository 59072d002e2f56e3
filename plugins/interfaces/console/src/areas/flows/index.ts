import type { Area } from '../../area.ts'
import { objectRoutes } from '../../objects/routes.ts'
import { listOf } from '../../paths.ts'
import { policies } from './policies.ts'

export default {
  title: 'flows.title',
  entries: [{ label: policies.texts.all, icon: policies.icon, to: listOf(policies.kind), permissions: ['policies.view'] }],
  routes: [...objectRoutes(policies)],
} satisfies Area
