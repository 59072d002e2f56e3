import { type Language, language, languages, setLanguage, setTheme, t, theme, type Theme, useMe } from 'sluice/interface'
import { computed } from 'vue'
import { useLinks } from '../links.ts'

/** Called as their own pages are. */
const made = [
  { text: 'applications.applications.new', to: '/applications/new', permission: 'applications.create', icon: 'i-lucide-app-window' },
  { text: 'directory.users.new', to: '/users/new', permission: 'users.create', icon: 'i-lucide-user-plus' },
  { text: 'directory.groups.new', to: '/groups/new', permission: 'groups.create', icon: 'i-lucide-users-round' },
] as const
const themes = { light: 'i-lucide-sun', dark: 'i-lucide-moon', auto: 'i-lucide-monitor' } as const satisfies Record<Theme, string>

/** What can be done from everywhere. */
export const usePaletteActions = (go: (to: string) => void, help: () => void) => {
  const { may } = useMe()
  const links = useLinks()
  return computed(() => [
    ...made
      .filter(({ to, permission }) => may(permission) && links.known(to) !== undefined)
      .map(({ text, to, icon }) => ({ label: t(text), icon, onSelect: () => go(to) })),
    ...(Object.keys(themes) as Theme[])
      .filter((wish) => wish !== theme.value)
      .map((wish) => ({
        label: t(`kit.theme.${wish}`),
        prefix: `${t('kit.theme.title')}:`,
        icon: themes[wish],
        onSelect: () => setTheme(wish),
      })),
    ...(Object.keys(languages) as Language[])
      .filter((tag) => tag !== language.value)
      .map((tag) => ({
        label: languages[tag],
        prefix: `${t('kit.language')}:`,
        icon: 'i-lucide-languages',
        onSelect: () => void setLanguage(tag),
      })),
    { label: t('console.shortcuts'), icon: 'i-lucide-keyboard', kbds: ['?'], onSelect: help },
    { label: t('kit.sign-out'), icon: 'i-lucide-log-out', onSelect: () => location.assign('/if/flow/default-invalidation/') },
  ])
}
