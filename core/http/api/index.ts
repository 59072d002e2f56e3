import { eventRoutes } from './events.ts'
import { groupRoutes } from './groups.ts'
import { meRoutes } from './me.ts'
import { openApiRoute } from './openapi.ts'
import type { ApiParts } from './parts.ts'
import { pluginRoutes } from './plugins.ts'
import type { Route } from './route.ts'
import { sessionRoutes } from './sessions.ts'
import { tokenRoutes } from './tokens.ts'
import { userRoutes } from './users.ts'

/** Every route of the API, and the description that is made of them. */
export const apiRoutes = (parts: ApiParts): readonly Route[] => {
  const routes: Route[] = [
    ...meRoutes(parts),
    ...userRoutes(parts),
    ...groupRoutes(parts),
    ...tokenRoutes(parts),
    ...sessionRoutes(parts),
    ...eventRoutes(parts),
    ...pluginRoutes(parts),
  ]
  return [...routes, openApiRoute(routes)]
}
