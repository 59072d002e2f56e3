import type { Messages } from '../api/index.ts'
import de from './messages/de.json' with { type: 'json' }
import en from './messages/en.json' with { type: 'json' }

/** The texts of core itself, keys `core.…`. A language stands here once it is complete. */
export const coreMessages: Messages = { en, de }
