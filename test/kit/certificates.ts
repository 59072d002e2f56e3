import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryDirectory } from './server.ts'

export type Certificate = { readonly cert: string; readonly key: string }

/** An authority of the test's own, by `openssl`: paths of files in PEM, gone when this process ends. */
export const createAuthority = (): { readonly ca: string; certificate(names: string): Certificate } => {
  const directory = temporaryDirectory()
  const openssl = (...args: readonly string[]) => execFileSync('openssl', args, { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] })
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'] as const
  openssl('req', '-x509', ...key, '-subj', '/CN=An authority of tests', '-days', '2', '-keyout', 'ca.key', '-out', 'ca.pem')
  let made = 0
  return {
    ca: join(directory, 'ca.pem'),
    /** `names`: as in a certificate, e.g. `DNS:localhost,IP:127.0.0.1`. */
    certificate(names) {
      const name = `server${(made += 1)}`
      writeFileSync(join(directory, `${name}.ext`), `subjectAltName=${names}\n`)
      openssl('req', '-new', ...key, '-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.csr`)
      const signing = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', `${name}.ext`]
      openssl('x509', '-req', '-in', `${name}.csr`, ...signing, '-out', `${name}.pem`)
      return { cert: join(directory, `${name}.pem`), key: join(directory, `${name}.key`) }
    },
  }
}
