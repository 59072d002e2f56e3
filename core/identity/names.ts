import { isReadable, msg, type Message, type UserFields } from '../api/index.ts'

/** What user names are compared by: upper and lower case, and forms that look alike by Unicode's own account (NFKC), are one name. */
export const usernameKey = (username: string): string => username.normalize('NFKC').toLowerCase().normalize('NFKC')

/** What e-mail addresses are compared by. Their case counts for no provider that people use. */
export const emailKey = (email: string): string => email.normalize('NFC').toLowerCase()

/** Control characters, also those that turn the direction of text and so make one name look like another. */
const control = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u

export const isUsername = (text: string): boolean =>
  /^.{1,150}$/su.test(text) && text.isWellFormed() && !control.test(text) && !/^\s|\s$/.test(text)

/** RFC 5321 §4.5.3.1, in characters. */
const longest = { local: 64, domain: 255, address: 254 }

/**
 * `local@domain`, without the quoted and bracketed forms that no mailbox needs; letters of all scripts (RFC 6531). Whether it exists, a
 * mail has to show. Linear in time.
 */
export const isEmail = (text: string): boolean => {
  const [local = '', domain = '', ...more] = text.length <= longest.address ? text.split('@') : []
  if (more.length > 0 || local.length > longest.local || domain.length > longest.domain || !text.isWellFormed()) return false
  const isLocal = /^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~.-]+$/u.test(local) && !/^\.|\.\.|\.$/.test(local)
  return isLocal && domain.split('.').every((label) => /^[\p{L}\p{M}\p{N}-]{1,63}$/u.test(label) && !/^-|-$/.test(label))
}

/** What is wrong with fields of a user, by field name; empty if nothing is. An empty address is none. */
export const problemsOf = ({ username, name, email }: Partial<UserFields>): Readonly<Record<string, Message>> => ({
  ...(username !== undefined && !isUsername(username) && { username: msg('core.username-invalid') }),
  ...(name !== undefined && !isReadable(name) && { name: msg('core.name-unreadable') }),
  ...(email && !isEmail(email) && { email: msg('core.email-invalid') }),
})
