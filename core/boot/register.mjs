// @ts-check
// `node --import <this file>`: gives files outside the checkout the plugin API and its kit, e.g. the tests of a plugin.
import { registerResolver } from './resolve.mjs'

registerResolver()
