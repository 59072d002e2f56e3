import { createSeal, type Seal } from '../keys/seal.ts'
import type { Options } from './options.ts'
import { secretKeyOf } from './secret-key.ts'

/** The seal by the secret key of the options, and by the previous one where it is given. */
export const sealOf = (options: Pick<Options, 'secretKey' | 'secretKeyPrevious' | 'dataDir'>): Seal =>
  createSeal(secretKeyOf(options).reveal(), options.secretKeyPrevious?.reveal())
