import { test } from 'node:test'
import { crashSetups, crashSignIns } from './points.ts'
import { crashSeed, seeded } from './random.ts'

const seed = crashSeed()

test('a killed server keeps every word that it gave, at 16 moments of signing in, redeeming and refreshing', { timeout: 110_000 }, () =>
  seeded(seed, () => crashSignIns(16, seed)),
)

test('a killed server has a whole first administrator or none, at 4 moments of the set-up', { timeout: 60_000 }, () =>
  seeded(seed, () => crashSetups(4, seed)),
)
