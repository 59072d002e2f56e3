import assert from 'node:assert/strict'
import type { Outcome, Screen } from '../../core/api/index.ts'

/** Names of the fields that a screen shows, in their order. */
export const fields = (screen: Screen): string[] => screen.nodes.flatMap((node) => (node.node === 'field' ? [node.name] : []))

/** Names of all that a screen may send back: its fields, what the browser fills in, and its buttons that have a name. */
export const inputs = (screen: Screen): string[] =>
  screen.nodes.flatMap((node) => ('name' in node && node.node !== 'download' && node.name !== undefined ? [node.name] : []))

/** Has the screen something that sends it? */
export const canBeSent = (screen: Screen): boolean => screen.nodes.some(({ node }) => node === 'button' || node === 'webauthn')

/** The screen of an outcome that asks; anything else fails the test. */
export function screenOf(outcome: Outcome): Screen {
  if (outcome.go !== 'ask') assert.fail(`expected a screen, got ${JSON.stringify(outcome)}`)
  return outcome.screen
}
