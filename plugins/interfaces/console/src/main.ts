import './styles.css'
import { mountInterface } from 'sluice/interface'
import App from './App.vue'
import { routes } from './routes.ts'

await mountInterface({
  app: App,
  base: '/if/admin/',
  routes,
  texts: { en: async () => (await import('./texts/en.ts')).default, de: async () => (await import('./texts/de.ts')).default },
})
