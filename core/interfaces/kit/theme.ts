import { ref, watchEffect } from 'vue'

/** `auto` follows the system. */
export type Theme = 'light' | 'dark' | 'auto'
const key = 'sluice.theme'
const system = matchMedia('(prefers-color-scheme: dark)')

const stored = (): Theme => {
  try {
    const wish = localStorage.getItem(key)
    return wish === 'light' || wish === 'dark' ? wish : 'auto'
  } catch {
    return 'auto'
  }
}

/** What was chosen here; kept in this browser. */
export const theme = ref<Theme>(stored())
export const isDark = ref(false)

const show = () => {
  isDark.value = theme.value === 'dark' || (theme.value === 'auto' && system.matches)
  document.documentElement.classList.toggle('dark', isDark.value)
}
watchEffect(show)
system.addEventListener('change', show)

export const setTheme = (wish: Theme): void => {
  theme.value = wish
  try {
    if (wish === 'auto') localStorage.removeItem(key)
    else localStorage.setItem(key, wish)
  } catch {
    // A browser that keeps nothing forgets the choice; that is all.
  }
}
