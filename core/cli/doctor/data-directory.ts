import { accessSync, constants, existsSync, readFileSync, type Stats, statSync } from 'node:fs'
import { dataFiles } from '../../options/data-files.ts'
import type { Options } from '../../options/options.ts'
import type { Finding } from './finding.ts'

const othersMay = ({ mode }: Stats): boolean => (mode & 0o077) !== 0
const modeOf = ({ mode }: Stats): string => (mode & 0o777).toString(8).padStart(4, '0')

const writable = (path: string): boolean => {
  try {
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK)
    return true
  } catch {
    return false
  }
}

export const checkDataDirectory = ({ dataDir }: Options): Finding => {
  const subject = 'data directory'
  if (!existsSync(dataDir)) return { level: 'ok', subject, text: `${dataDir} will be made at the first start` }
  const stats = statSync(dataDir)
  if (!stats.isDirectory())
    return { level: 'error', subject, text: `${dataDir} is not a directory`, fix: 'choose another by SLUICE_DATA_DIR' }
  if (!writable(dataDir)) {
    return {
      level: 'error',
      subject,
      text: `this user cannot write to ${dataDir}`,
      fix: `run this as the server's user, or: chown -R "$USER" ${dataDir}`,
    }
  }
  if (othersMay(stats)) {
    return { level: 'warning', subject, text: `${dataDir} is open to other users (mode ${modeOf(stats)})`, fix: `chmod 700 ${dataDir}` }
  }
  return { level: 'ok', subject, text: dataDir }
}

export const checkSecretKey = ({ secretKey, secretKeyPrevious, dataDir }: Options): Finding => {
  const subject = 'secret key'
  if (secretKeyPrevious) {
    const text = 'is being changed: the previous one is given beside it, and still opens what it sealed'
    return { level: 'warning', subject, text, fix: 'run "sluice secret-key rotate", then remove SLUICE_SECRET_KEY_PREVIOUS' }
  }
  if (secretKey) return { level: 'ok', subject, text: 'comes from the options' }
  const file = dataFiles(dataDir).secretKey
  if (!existsSync(file)) return { level: 'ok', subject, text: `${file} will be made at the first start` }
  const stats = statSync(file)
  if (othersMay(stats)) {
    return { level: 'error', subject, text: `${file} can be read by other users (mode ${modeOf(stats)})`, fix: `chmod 600 ${file}` }
  }
  try {
    const { length } = readFileSync(file, 'utf8').trim()
    if (length < 32)
      return { level: 'error', subject, text: `${file} holds no key (32 characters at least)`, fix: 'restore it from a backup' }
  } catch (error) {
    return {
      level: 'error',
      subject,
      text: `${file} cannot be read (${(error as NodeJS.ErrnoException).code})`,
      fix: "run this as the server's user",
    }
  }
  return { level: 'ok', subject, text: file }
}
