import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'

// The balancers in the guide, judged by the programs themselves; only the paths of certificates are changed to one made here.
const guide = readFileSync(new URL('../../../docs/cluster.md', import.meta.url), 'utf8')
const folder = mkdtempSync(join(tmpdir(), 'sluice-balancers-'))
const certificate = join(folder, 'both.pem')
after(() => rmSync(folder, { recursive: true, force: true }))

const sample = (language: string): string => {
  const [, text] = new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``).exec(guide) ?? []
  assert.ok(text, `docs/cluster.md has no block of ${language}`)
  return text.replaceAll(/\/etc\/\w+\/id\.example\.com\.pem/g, certificate)
}
const judged = (program: string, args: readonly string[]) => {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' })
  assert.equal(status, 0, stderr)
}

before(() => {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  judged('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=id.example.com', '-keyout', key, '-out', cert])
  writeFileSync(certificate, readFileSync(cert, 'utf8') + readFileSync(key, 'utf8'))
})

test('HAProxy takes the configuration of the guide', () => {
  const file = join(folder, 'haproxy.cfg')
  writeFileSync(file, sample('haproxy'))
  judged('/usr/sbin/haproxy', ['-c', '-f', file])
})

test('nginx takes the configuration of the guide', () => {
  const file = join(folder, 'nginx.conf')
  writeFileSync(file, `pid ${folder}/pid;\nerror_log stderr;\nevents {}\nhttp {\naccess_log off;\n${sample('nginx')}}\n`)
  judged('/usr/sbin/nginx', ['-t', '-q', '-c', file])
})
