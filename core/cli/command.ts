import type { Terminal } from './terminal.ts'

export type Flag = {
  readonly type: 'boolean' | 'string'
  /** What stands for the value in the help, e.g. `NAME`. */
  readonly value?: string
  readonly description: string
  /** May be given several times. */
  readonly many?: boolean
}

/** What a command was called with: checked against its parameters and flags. */
export type Call = {
  readonly parameters: readonly string[]
  readonly flags: Readonly<Record<string, string | boolean | undefined>>
  /** Of flags that may be given several times, in their order. */
  readonly lists: Readonly<Record<string, readonly string[]>>
  readonly terminal: Terminal
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
}

/** One command: the table of them is read for the help, so what is heavy is imported in `run`. */
export type Command = {
  /** One word or two, e.g. `config init`. */
  readonly name: string
  readonly summary: string
  /** More paragraphs for its own help. */
  readonly details?: readonly string[]
  readonly parameters?: readonly {
    readonly name: string
    readonly required?: boolean
    /** Of the last one: it may be given several times. */
    readonly many?: boolean
    readonly description: string
  }[]
  readonly flags: Readonly<Record<string, Flag>>
  /** @returns the exit code: 0 done, 1 could not, 2 called in a wrong way */
  run(call: Call): Promise<number>
}

/** Why a command cannot do what it was asked to: told to people as it is, without a stack. */
export class Failure extends Error {
  readonly exitCode: number
  constructor(message: string, exitCode = 1) {
    super(message)
    this.exitCode = exitCode
  }
}

/** It was called in a wrong way. */
export const misuse = (message: string): Failure => new Failure(message, 2)

export const jsonFlag: Flag = { type: 'boolean', description: 'Print the result as JSON.' }
export const messageFlag: Flag = { type: 'string', value: 'TEXT', description: 'Why, for the history.' }

/** A flag's value, where it was given one. */
export const text = (value: string | boolean | undefined): string | undefined => (typeof value === 'string' ? value : undefined)
