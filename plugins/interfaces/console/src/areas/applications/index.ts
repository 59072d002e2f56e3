import type { Area } from '../../area.ts'
import { objectRoutes } from '../../objects/routes.ts'
import { listOf, newOf } from '../../paths.ts'
import { applications, providers, scopeMappings } from './kinds.ts'

const entryOf = ({ texts, icon, kind }: typeof applications) => ({
  label: texts.all,
  icon,
  to: listOf(kind),
  permissions: [`${kind}.view`],
})

export default {
  title: 'applications.title',
  entries: [applications, providers, scopeMappings].map(entryOf),
  routes: [
    { path: newOf('applications'), component: () => import('./NewApplicationPage.vue'), meta: { permission: 'applications.create' } },
    ...[applications, providers, scopeMappings].flatMap(objectRoutes),
  ],
} satisfies Area
