import type { Message } from './base.ts'

/** What a page shows, as data. Core renders it as HTML that works without JavaScript; JSON clients get it as it is. */
export type Screen = { readonly title: Message; readonly nodes: readonly Node[] }

type Named = { readonly node: 'field'; readonly name: string; readonly label: Message; readonly help?: Message }
type Option = { readonly value: string; readonly label: Message }

/** One input. Its `name` is a property of the stage's `answer`. */
export type Field =
  | (Named & {
      readonly input: 'text' | 'email' | 'password' | 'code' | 'number' | 'date' | 'textarea'
      readonly value?: string
      readonly required?: boolean
      /** HTML's autofill token, e.g. `username` or `current-password`. */
      readonly autocomplete?: string
    })
  | (Named & { readonly input: 'check'; readonly checked?: boolean; readonly required?: boolean })
  | (Named & {
      readonly input: 'select' | 'radio'
      readonly options: readonly Option[]
      readonly value?: string
      readonly required?: boolean
    })
  | { readonly node: 'field'; readonly name: string; readonly input: 'hidden'; readonly value: string }

/** The vocabulary is closed, so that every client can render every page. */
export type Node =
  | Field
  | { readonly node: 'text'; readonly text: Message; readonly tone?: 'plain' | 'muted' | 'warn' | 'error' }
  | { readonly node: 'list'; readonly items: readonly { readonly text: Message; readonly detail?: Message; readonly href?: string }[] }
  /** Labelled values, e.g. what a refused request sent. */
  | { readonly node: 'values'; readonly items: readonly { readonly label: Message; readonly value: string }[] }
  /** Submits the form. With a `name`, the answer says which button it was; the first button is what Enter presses. */
  | {
      readonly node: 'button'
      readonly label: Message
      readonly name?: string
      readonly value?: string
      readonly kind?: 'primary' | 'secondary'
    }
  | { readonly node: 'link'; readonly label: Message; readonly href: string }

export const screen = (title: Message, ...nodes: readonly Node[]): Screen => ({ title, nodes })
