import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { oidcProvider } from '../peers/oidc-provider/provider.ts'
import { MemoryAdapter } from './memory-adapter.ts'
import { client, machine } from './relying-party.ts'

// The other server of the benchmark. Prints its address when it listens.

const idTokenAlg = process.argv[2] as 'RS256' | 'ES256'
const server = createServer().listen(0, '127.0.0.1')
await once(server, 'listening')
const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
const claims = { name: 'Jane Doe', preferred_username: 'user0', email: 'user0@example.com', email_verified: false }
const account = { id: 'user0', claims }
server.on('request', oidcProvider({ issuer, clients: [client], machines: [machine], account, idTokenAlg, adapter: MemoryAdapter }))
process.stdout.write(`${issuer}\n`)
