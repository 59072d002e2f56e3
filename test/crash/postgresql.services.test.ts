import { test } from 'node:test'
import { startPostgresql } from '../kit/postgresql.mjs'
import { crashSignIns } from './points.ts'
import { crashSeed, seeded } from './random.ts'

const seed = crashSeed()

test(
  'on PostgreSQL, a killed server or database keeps every word that was given, at 20 moments of signing in, redeeming and refreshing',
  { timeout: 230_000 },
  async () => {
    const own = await startPostgresql({ durable: true })
    try {
      await seeded(seed, () => crashSignIns(20, seed, own))
    } finally {
      await own.remove()
    }
  },
)
