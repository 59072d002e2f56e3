import { definePlugin } from 'sluice/plugin'
import de from './messages/de.json' with { type: 'json' }
import en from './messages/en.json' with { type: 'json' }
import { secondFactor } from './second-factor.ts'
import { authenticatorSetup } from './setup.ts'

export default definePlugin({
  id: 'second-factor',
  version: '1.0.0',
  api: '^1',
  stages: [secondFactor, authenticatorSetup],
  messages: { en, de },
})
