import { defineInterface, definePlugin, msg } from 'sluice/plugin'
import de from './messages/de.json' with { type: 'json' }
import en from './messages/en.json' with { type: 'json' }

export const page = defineInterface({ kind: 'portal', path: '/if/user/', title: msg('portal.title') })

export default definePlugin({ id: 'portal', version: '1.0.0', api: '^1', interfaces: [page], messages: { en, de } })
