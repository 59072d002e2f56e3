import { randomBytes } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { Secret } from '../api/secret.ts'
import { dataFiles } from './data-files.ts'
import type { Options } from './options.ts'

const read = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Written whole or not at all, and never over another one: two processes that start together end up with the same key. */
const create = (dataDir: string, file: string): void => {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const draft = `${file}.${process.pid}`
  writeFileSync(draft, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600, flag: 'wx' })
  try {
    linkSync(draft, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(draft)
  }
}

/**
 * The key that protects what is stored: the option, else the one in the data directory, which is made (mode 0600) if there is none.
 * @throws Error if that file is there but holds no key
 */
export const secretKeyOf = ({ secretKey, dataDir }: Pick<Options, 'secretKey' | 'dataDir'>): Secret => {
  if (secretKey) return secretKey
  const file = dataFiles(dataDir).secretKey
  if (read(file) === undefined) create(dataDir, file)
  const key = read(file) ?? ''
  if (key.length < 32) throw new Error(`${file} holds no secret key (32 characters at least); restore it from a backup`)
  return new Secret(key)
}
