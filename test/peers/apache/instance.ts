import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPeer, type Peer } from '../process.ts'

const here = import.meta.dirname
const parts = ['instance.conf', 'mod_auth_openidc.conf', 'places.conf']

const page = (title: string) => `<!doctype html><title>${title}</title><h1>${title}</h1>`

/** Fills the places of a template, outside of its comments. */
const fill = (template: string, values: Readonly<Record<string, string>>): string =>
  template.replace(/^#.*$/gm, '').replace(/@([A-Z_]+)@/g, (place, name: string) => {
    const value = values[name]
    if (value === undefined) throw new Error(`the Apache configuration has a place ${place} that nothing fills`)
    return value
  })

/** An Apache in the foreground with `mod_auth_openidc`, in a directory of its own that goes with it. `logs()` is its error log. */
export const startApache = async (port: number, values: Readonly<Record<string, string>>): Promise<Peer> => {
  const dir = mkdtempSync(join(tmpdir(), 'sluice-apache-'))
  // Its processes give up root and still read and write here.
  chmodSync(dir, 0o755)
  for (const place of ['cache', 'www', 'www/finance', 'www/signed-out']) mkdirSync(join(dir, place))
  chmodSync(join(dir, 'cache'), 0o777)
  writeFileSync(join(dir, 'www/index.html'), page('Welcome'))
  writeFileSync(join(dir, 'www/finance/index.html'), page('Balance sheet'))
  writeFileSync(join(dir, 'www/signed-out/index.html'), page('Goodbye'))
  const all = { DIR: dir, PORT: String(port), ...values }
  const path = join(dir, 'apache.conf')
  writeFileSync(path, fill(parts.map((name) => readFileSync(join(here, name), 'utf8')).join('\n'), all))
  const log = () => readFileSync(join(dir, 'error.log'), 'utf8')
  const remove = () => rmSync(dir, { recursive: true, force: true })
  try {
    const peer = await startPeer('/usr/sbin/apache2', ['-d', dir, '-f', path, '-D', 'FOREGROUND'], { port })
    return { ...peer, logs: log, stop: () => peer.stop().finally(remove) }
  } catch (error) {
    remove()
    throw error
  }
}
