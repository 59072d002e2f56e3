import { configurationRoutes } from './configuration.ts'
import { eventRoutes } from './events.ts'
import { type ExpressionParts, expressionRoutes } from './expressions.ts'
import { groupRoutes } from './groups.ts'
import { kindsRoute } from './kinds.ts'
import { meRoutes } from './me.ts'
import { objectRoutes } from './objects.ts'
import { openApiRoute } from './openapi.ts'
import type { ApiParts } from './parts.ts'
import { pluginRoutes } from './plugins.ts'
import type { Route } from './route.ts'
import { simulateRoute, type Simulate } from './simulate.ts'
import { sessionRoutes } from './sessions.ts'
import { tokenRoutes } from './tokens.ts'
import { userRoutes } from './users.ts'

/** Every route of the API, and the description that is made of them. */
export const apiRoutes = (parts: ApiParts & ExpressionParts & { readonly simulate: Simulate }): readonly Route[] => {
  const routes: Route[] = [
    ...meRoutes(parts),
    kindsRoute(parts),
    ...userRoutes(parts),
    ...groupRoutes(parts),
    ...tokenRoutes(parts),
    ...sessionRoutes(parts),
    ...eventRoutes(parts),
    ...pluginRoutes(parts),
    ...objectRoutes(parts),
    ...configurationRoutes(parts),
    simulateRoute(parts.simulate),
    ...expressionRoutes(parts),
  ]
  return [...routes, openApiRoute(routes)]
}
