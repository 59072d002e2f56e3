import { useMe } from 'sluice/interface'
import { watch } from 'vue'
import { type Setup, useSetup } from './mine.ts'

type Method = (options: Readonly<Record<string, unknown>>) => Promise<void>
type Methods = 'signalUnknownCredential' | 'signalAllAcceptedCredentials' | 'signalCurrentUserDetails'

const methods: Readonly<Record<Setup['signals'][number]['call'], Methods>> = {
  'unknown-credential': 'signalUnknownCredential',
  'all-accepted-credentials': 'signalAllAcceptedCredentials',
  'current-user-details': 'signalCurrentUserDetails',
}

/** They reject at options they do not like, and where a provider is away: nobody could do anything about it. */
const signal = ({ call, options }: Setup['signals'][number]): void => {
  const api = globalThis.PublicKeyCredential as unknown as Partial<Record<Methods, Method>> | undefined
  void Promise.resolve(api?.[methods[call]]?.(options)).catch(() => {})
}

/** Tells the browser's passkey providers which passkeys are accepted, and whose they are: at the start, and whenever that has changed. */
export const useSignals = (): void => {
  const { user } = useMe()
  const { data, refetch } = useSetup()
  watch(data, (setup, before) => {
    if (JSON.stringify(setup?.signals) !== JSON.stringify(before?.signals)) for (const one of setup?.signals ?? []) signal(one)
  })
  watch(
    () => user.value?.name,
    (_name, before) => void (before !== undefined && refetch()),
  )
}
