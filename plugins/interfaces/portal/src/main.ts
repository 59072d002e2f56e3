import './styles.css'
import { mountInterface } from 'sluice/interface'
import App from './App.vue'
import { routes } from './routes.ts'

await mountInterface({
  app: App,
  base: '/if/user/',
  routes,
  texts: { en: async () => (await import('./en.json')).default, de: async () => (await import('./de.json')).default },
})
