import type { RequestView, User } from '../../core/api/index.ts'
import type { Directory } from '../../core/policy/directory.ts'
import type { Situation } from '../../core/policy/types.ts'

const request: RequestView = {
  id: 'test',
  ip: '192.0.2.1',
  userAgent: 'test',
  locale: 'en',
  origin: 'https://id.example.com',
  at: new Date('2026-01-01T00:00:00Z'),
}

/** A request that opens an application, from the parts that matter to a test. Nobody is known unless given. */
export const aSituation = ({
  request: asked,
  ...more
}: Partial<Omit<Situation, 'request'>> & { readonly request?: Partial<RequestView> } = {}): Situation => ({
  about: { type: 'application', slug: 'wiki' },
  request: { ...request, ...asked },
  user: undefined,
  application: { slug: 'wiki', name: 'The Wiki' },
  flow: undefined,
  facts: {},
  proofs: [],
  session: undefined,
  levels: [],
  knownBrowser: false,
  trustedBrowser: false,
  ...more,
})

/** A directory in memory. `asked`: what was read, in order, e.g. `groups id-ada`. `roles` by user name. */
export const memoryDirectory = (
  users: readonly User[],
  roles: Readonly<Record<string, readonly string[]>> = {},
): Directory & { readonly asked: readonly string[] } => {
  const asked: string[] = []
  const find = (what: string, id: string) => {
    asked.push(`${what} ${id}`)
    return users.find((user) => user.id === id)
  }
  return {
    asked,
    async user(id) {
      const { groups: _, ...record } = find('user', id) ?? {}
      return 'id' in record ? (record as Omit<User, 'groups'>) : undefined
    },
    groups: async (id) => find('groups', id)?.groups ?? [],
    roles: async (id) => roles[find('roles', id)?.username ?? ''] ?? [],
  }
}
