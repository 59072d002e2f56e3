import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { sparing } from '../../core/boot/interfaces.mjs'
import type { Figure } from './figures.ts'
import { firstLoad, type Interface, limits } from './first-load.ts'

const main = fileURLToPath(new URL('../../core/interfaces/build/main.ts', import.meta.url))
const tellPeak = `data:text/javascript,process.on('exit', () => process.stdout.write('peak ' + process.resourceUsage().maxRSS))`

/** Builds the interfaces, and says what that took. */
const build = async (): Promise<readonly Figure[]> => {
  const begun = performance.now()
  const child = spawn(process.execPath, [...sparing, '--import', tellPeak, main], { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  child.stdout.on('data', (text) => (said += String(text)))
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`the interfaces could not be built:\n${said}`)
  const seconds = (performance.now() - begun) / 1000
  const peak = Number(/peak (\d+)/.exec(said)?.[1]) / 1024
  return [
    { what: 'build of the interfaces', value: seconds, unit: 's', aim: 'at most 60 s', met: seconds <= 60 },
    { what: 'peak memory of the build', value: peak, unit: 'MiB', aim: 'at most 900 MiB', met: peak <= 900 },
  ]
}

const sizesOf = (name: Interface): readonly Figure[] => {
  const { files, gzip, brotli } = firstLoad(name)
  const limit = limits[name]
  return [
    { what: `first load of the ${name}, gzip`, value: gzip / 1000, unit: 'KB', aim: `at most ${limit} KB`, met: gzip <= limit * 1000 },
    { what: `first load of the ${name}, brotli`, value: brotli / 1000, unit: 'KB' },
    ...files.map((file) => ({ what: `  ${file.file}${file.isEntry ? ' (entry)' : ''}`, value: file.gzip / 1000, unit: 'KB' })),
  ]
}

/** What browsers load before the first page of an interface stands, and what building it takes. */
export const sizes = async (): Promise<readonly Figure[]> => [
  ...(await build()),
  ...Object.keys(limits).flatMap((name) => sizesOf(name as Interface)),
]
