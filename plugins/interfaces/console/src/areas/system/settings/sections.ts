import { hasText, humanized, t, useKinds } from 'sluice/interface'
import { computed } from 'vue'

const icons: Readonly<Record<string, string>> = {
  sessions: 'i-lucide-timer',
  flows: 'i-lucide-workflow',
  tokens: 'i-lucide-key-round',
  email: 'i-lucide-mail',
  brands: 'i-lucide-palette',
  mfa: 'i-lucide-shield-check',
  device: 'i-lucide-laptop',
}

export const sectionTitle = (section: string): string =>
  hasText(`system.settings.section.${section}`) ? t(`system.settings.section.${section}`) : humanized(section)
export const sectionText = (section: string): string | undefined =>
  hasText(`system.settings.section.${section}-text`) ? t(`system.settings.section.${section}-text`) : undefined

/** The sections that this server has. */
export const useSections = () => {
  const kinds = useKinds()
  const sections = computed(() =>
    Object.keys(kinds.kind('settings')?.sections ?? {}).map((name) => ({ name, icon: icons[name] ?? 'i-lucide-sliders-horizontal' })),
  )
  return { ...kinds, sections }
}
