import { localSignals } from '../../core/signals/signals.ts'
import { signalsContract } from './signals.ts'

const silence = () => {}

signalsContract('within a process', async () => {
  const signals = localSignals({ debug: silence, info: silence, warn: silence, error: silence })
  return { here: signals, there: signals, close: () => signals.close() }
})
