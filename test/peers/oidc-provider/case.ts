import type { Party } from './party.ts'

/** One request to both providers, and its outcome. Where they differ, `why` says what we follow. */
export type Case = { readonly name: string; readonly run: (party: Party) => Promise<string> } & (
  | { readonly both: string }
  | { readonly ours: string; readonly theirs: string; readonly why: string }
)
