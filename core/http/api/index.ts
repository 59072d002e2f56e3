import { avatarRoutes } from './avatars.ts'
import { configurationRoutes } from './configuration.ts'
import { consentRoutes } from './consents.ts'
import { authenticatorRoutes } from './authenticators.ts'
import { deviceRoutes } from './devices.ts'
import { type EmailParts, emailRoutes } from './email.ts'
import { eventRoutes } from './events.ts'
import { type ExpressionParts, expressionRoutes } from './expressions.ts'
import { groupRoutes } from './groups.ts'
import { jobRoutes } from './jobs.ts'
import { keyRoutes } from './keys.ts'
import { kindsRoute } from './kinds.ts'
import { meRoutes } from './me.ts'
import { mediaRoutes } from './media.ts'
import { objectRoutes } from './objects.ts'
import { openApiRoute } from './openapi.ts'
import type { ApiParts } from './parts.ts'
import { pluginRoutes } from './plugins.ts'
import type { Route } from './route.ts'
import { type SimulateParts, simulateRoute } from './simulate.ts'
import { type SinkParts, sinkRoutes } from './sinks.ts'
import { sessionRoutes } from './sessions.ts'
import { statisticsRoute } from './statistics.ts'
import { systemRoute } from './system.ts'
import { tokenRoutes } from './tokens.ts'
import { trustedBrowserRoutes } from './trusted-browsers.ts'
import { userRoutes } from './users.ts'

/** Every route of the API, and the description that is made of them. */
export const apiRoutes = (parts: ApiParts & EmailParts & ExpressionParts & SimulateParts & SinkParts): readonly Route[] => {
  const routes: Route[] = [
    ...meRoutes(parts),
    kindsRoute(parts),
    ...userRoutes(parts),
    ...avatarRoutes(parts),
    ...groupRoutes(parts),
    ...tokenRoutes(parts),
    ...sessionRoutes(parts),
    ...consentRoutes(parts),
    ...deviceRoutes(parts),
    ...trustedBrowserRoutes(parts),
    ...authenticatorRoutes(parts),
    ...eventRoutes(parts),
    statisticsRoute(parts),
    ...pluginRoutes(parts),
    ...keyRoutes(parts),
    ...jobRoutes(parts),
    systemRoute(parts),
    ...objectRoutes(parts),
    ...sinkRoutes(parts),
    ...emailRoutes(parts),
    ...mediaRoutes(parts),
    ...configurationRoutes(parts),
    simulateRoute(parts),
    ...expressionRoutes(parts),
  ]
  return [...routes, openApiRoute(routes)]
}
