// `node core/interfaces/build/main.ts`: builds the pages of all interfaces into `dist/interfaces`, each file also compressed.
import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { build } from 'vite'
import { writeStamp } from '../../boot/interfaces.mjs'
import { config, interfaces, root } from './config.ts'

const target = join(root, 'dist/interfaces')
// Built beside it and put in place at once: a server that is running goes on with the old files, and an interrupted build leaves them.
const fresh = `${target}.${process.pid}`
const work = `${fresh}.work`

const compress = (folder: string): void => {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const path = join(folder, name)
    if (!statSync(path).isFile() || statSync(path).size < 512 || !/\.(js|css|svg|html|json)$/.test(name)) continue
    const bytes = readFileSync(path)
    writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }))
    writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 10 } }))
  }
}

try {
  for (const name of interfaces()) await build(config(name, { outDir: join(fresh, name), work: join(work, name) }))
  compress(fresh)
  writeStamp(root, fresh)
  rmSync(target, { recursive: true, force: true })
  renameSync(fresh, target)
} catch (error) {
  rmSync(fresh, { recursive: true, force: true })
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  process.stderr.write(`The interfaces could not be built into ${relative(process.cwd(), target)}.\n`)
  process.exitCode = 1
} finally {
  rmSync(work, { recursive: true, force: true })
}
