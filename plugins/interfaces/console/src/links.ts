import { useRouter } from 'vue-router'
import { pathOf } from './paths.ts'

/** What stands for every address that no page has. */
export const anything = '/:anything(.*)*'

/** Addresses of the console; `undefined` where it has no such page. */
export const useLinks = () => {
  const router = useRouter()
  const known = (to: string): string | undefined => (router.resolve(to).matched.some((route) => route.path !== anything) ? to : undefined)
  return {
    known,
    /** Of one thing: by its kind, and what it is called in addresses. */
    of: (kind: string, name: string): string | undefined => known(pathOf(kind, name)),
  }
}
