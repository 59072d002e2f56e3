import type { createSimulator, SimulationReport, SimulationWish } from '../access/simulator.ts'
import { CannotSimulate } from '../engine/simulate.ts'
import { Refused } from './control.ts'

/** Simulates for local commands. */
export const simulateHandler =
  (simulate: ReturnType<typeof createSimulator>) =>
  async (wish: SimulationWish): Promise<SimulationReport> => {
    try {
      return await simulate(wish)
    } catch (error) {
      throw error instanceof CannotSimulate ? new Refused(error.message) : error
    }
  }
