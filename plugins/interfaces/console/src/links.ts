import { useRouter } from 'vue-router'

const paths: Readonly<Record<string, string>> = {
  applications: '/applications',
  providers: '/providers',
  flows: '/flows',
  policies: '/policies',
  roles: '/roles',
  scopeMappings: '/scope-mappings',
  groups: '/groups',
  group: '/groups',
  users: '/users',
  user: '/users',
  revision: '/revisions',
}
/** What stands for every address that no page has. */
export const anything = '/:anything(.*)*'

/** Addresses of the console; `undefined` where it has no such page. */
export const useLinks = () => {
  const router = useRouter()
  const known = (to: string): string | undefined => (router.resolve(to).matched.some((route) => route.path !== anything) ? to : undefined)
  return {
    known,
    /** Of one thing: by its kind, and what it is called in addresses. */
    of(kind: string, name: string): string | undefined {
      const path = paths[kind]
      return path === undefined ? undefined : known(`${path}/${encodeURIComponent(name)}`)
    },
  }
}
