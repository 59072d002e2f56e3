import type { Recovery } from '../api/index.ts'
import type { Snapshot } from '../configuration/types.ts'
import type { Judge } from '../policy/types.ts'
import { situationOf } from './authorize.ts'

type Configured = Pick<Snapshot, 'email' | 'flows' | 'flowAccess' | 'applications' | 'defaultFlows'>

/** The port `recovery`. Nothing that it asks is recorded: it is about a link that is shown, not about somebody who wants in. */
export const createRecovery = ({ snapshot, judge }: { readonly snapshot: () => Configured; readonly judge: Judge }): Recovery => ({
  async path({ request, application }) {
    const { email, flows, flowAccess, applications, defaultFlows } = snapshot()
    const slug = (applications.get(application?.slug ?? '')?.flows ?? defaultFlows).recovery
    const program = flows.get(slug)
    if (!email || !program) return undefined
    const access = flowAccess.get(slug)
    const { title, designation } = program
    const nobody = { request, user: undefined, session: undefined, proofs: [], levels: [], knownBrowser: false, trustedBrowser: false }
    const mayEnter = !access || (await judge(access, situationOf({ flow: { slug, title, designation } }, nobody))).said === 'yes'
    return mayEnter ? `/if/flow/${slug}/` : undefined
  },
})
