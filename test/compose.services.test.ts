import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { test } from 'node:test'
import { parse } from 'yaml'

const cwd = fileURLToPath(new URL('../', import.meta.url))
const wanted = { SLUICE_URL: 'https://id.example.com', SLUICE_SECRET_KEY: 'k'.repeat(32), POSTGRES_PASSWORD: 'p'.repeat(32) }
const config = (env: Readonly<Record<string, string>>, args: readonly string[] = []) =>
  spawnSync('docker-compose', [...args, 'config'], { cwd, encoding: 'utf8', env: { PATH: process.env['PATH'], ...env } })

type Service = Readonly<Record<string, unknown>> & { readonly environment?: Readonly<Record<string, string>> }
type Composition = {
  readonly services: Readonly<Record<string, Service>>
  readonly networks: { readonly sluice: { readonly ipam: { readonly config: readonly { readonly subnet: string }[] } } }
}

test('docker-compose accepts the composition, and each service of it is locked down', () => {
  const { status, stdout, stderr } = config(wanted, ['--profile', 'observability'])
  assert.equal(status, 0, stderr)
  const { services, networks } = parse(stdout) as Composition
  assert.deepEqual(Object.keys(services).toSorted(), ['grafana', 'postgresql', 'prometheus', 'redis', 'server'])
  for (const [name, service] of Object.entries(services)) {
    assert.equal(service['read_only'], true, name)
    assert.deepEqual(service['cap_drop'], ['ALL'], name)
    assert.deepEqual(service['security_opt'], ['no-new-privileges:true'], name)
    assert.equal(service['restart'], 'unless-stopped', name)
  }
  assert.equal(services['server']?.environment?.['SLUICE_TRUSTED_PROXIES'], networks.sluice.ipam.config[0]?.subnet)
})

for (const name of Object.keys(wanted)) {
  test(`without ${name} the composition is refused, and the message says what to do`, () => {
    const { status, stderr } = config(Object.fromEntries(Object.entries(wanted).filter(([key]) => key !== name)))
    assert.notEqual(status, 0)
    assert.match(stderr, name === 'SLUICE_URL' ? /such as https:\/\/id\.example\.com/ : /openssl rand -hex/)
  })
}
