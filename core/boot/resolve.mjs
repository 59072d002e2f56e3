// @ts-check
import module from 'node:module'

const root = new URL('../../', import.meta.url).href

/** What a plugin outside this checkout imports from this installation, since neither is in a `node_modules` it could see. */
const ours = /^(?:sluice\/(?:plugin|kit)|typebox(?:\/.*)?)$/

/**
 * Makes `sluice/plugin`, `sluice/kit` and `typebox` in files outside the checkout mean the ones of this installation, by resolving them
 * as if the checkout's own `package.json` had asked. Needs Node 24.
 */
export function registerResolver() {
  module.registerHooks({
    resolve(specifier, context, next) {
      if (!ours.test(specifier) || context.parentURL?.startsWith(root)) return next(specifier, context)
      return next(specifier, { ...context, parentURL: `${root}package.json` })
    },
  })
}
