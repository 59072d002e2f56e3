import { computed } from 'vue'
import { type Language, language, languages, setLanguage, t } from './texts.ts'
import { setTheme, theme, type Theme } from './theme.ts'

const themes: Readonly<Record<Theme, string>> = { light: 'i-lucide-sun', dark: 'i-lucide-moon', auto: 'i-lucide-monitor' }

/** The items of an account's menu that all interfaces have: look, language and the way out. */
export const useAccountItems = () =>
  computed(() => [
    [
      {
        label: t('kit.theme.title'),
        icon: themes[theme.value],
        children: (Object.keys(themes) as Theme[]).map((wish) => ({
          label: t(`kit.theme.${wish}`),
          icon: themes[wish],
          type: 'checkbox' as const,
          checked: theme.value === wish,
          onUpdateChecked: () => setTheme(wish),
        })),
      },
      {
        label: t('kit.language'),
        icon: 'i-lucide-languages',
        children: (Object.keys(languages) as Language[]).map((tag) => ({
          label: languages[tag],
          type: 'checkbox' as const,
          checked: language.value === tag,
          onUpdateChecked: () => void setLanguage(tag),
        })),
      },
    ],
    [{ label: t('kit.sign-out'), icon: 'i-lucide-log-out', to: '/if/flow/default-invalidation/', external: true, target: '_self' }],
  ])
