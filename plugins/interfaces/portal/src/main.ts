import './styles.css'
import { mountInterface } from 'sluice/interface'
import App from './App.vue'

await mountInterface({
  app: App,
  base: '/if/user/',
  routes: [{ path: '/:anything(.*)*', component: () => import('./pages/ApplicationsPage.vue') }],
  texts: { en: async () => (await import('./en.json')).default, de: async () => (await import('./de.json')).default },
})
