import { msg, type Message } from 'sluice/plugin'
import { repeatKey, type PromptField } from './settings.ts'

/** Shortest password in Unicode code points, and longest in bytes of UTF-8, both of the NFC form that is hashed. */
const shortest = 8
const longest = 4096

type Answer = Readonly<Record<string, string | undefined>>
export type NewPassword = { readonly password: string | undefined } | { readonly errors: Readonly<Record<string, Message>> }

/** Reads a new password and its repetition; nothing entered in both leaves an optional one unset. */
export function readNewPassword(field: PromptField, answer: Answer): NewPassword {
  const password = (answer[field.key] ?? '').normalize('NFC')
  const repeated = (answer[repeatKey(field)] ?? '').normalize('NFC')
  if (!password && !repeated && !field.required) return { password: undefined }

  const error = refusal(password)
  if (error) return { errors: { [field.key]: error } }
  return password === repeated ? { password } : { errors: { [repeatKey(field)]: msg('prompt.password-differs') } }
}

function refusal(password: string): Message | undefined {
  if (!password) return msg('prompt.required')
  if (Buffer.byteLength(password) > longest) return msg('prompt.password-too-long', { most: longest })
  return Array.from(password).length < shortest ? msg('prompt.password-too-short', { least: shortest }) : undefined
}
