import { readFileSync } from 'node:fs'
import { createPool, type Pool } from '../../sandbox/index.ts'

const [, prelude] = readFileSync(new URL('./prelude.js', import.meta.url), 'utf8').split('export default ')

/** The sandbox that expressions run in. It starts no worker before the first expression is run. */
export const createPolicyPool = (): Pool => createPool({ prelude: prelude ?? '' })
