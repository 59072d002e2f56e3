import { test } from 'node:test'
import { crashSetups, crashSignIns } from './points.ts'
import { crashSeed, seeded } from './random.ts'

const seed = crashSeed()

test('a killed server keeps every word that it gave, at 500 moments of signing in, redeeming and refreshing', () =>
  seeded(seed, () => crashSignIns(500, seed)))

test('a killed server has a whole first administrator or none, at 40 moments of the set-up', () =>
  seeded(seed, () => crashSetups(40, seed)))
