/**
 * Rewrites what people write who come from Python into JavaScript. It reads words and signs, not meaning: whoever offers the result has it
 * compiled before.
 */
type Token = { readonly kind: 'word' | 'text' | 'number' | 'sign'; readonly text: string; readonly gap: string }

const patterns: readonly (readonly [Token['kind'], RegExp])[] = [
  ['text', /'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/y],
  ['word', /[\p{L}_$][\p{L}\p{N}_$]*/uy],
  ['number', /\d[\d_]*(?:\.\d+)?/y],
  ['sign', /===|!==|==|!=|<=|>=|&&|\|\||\?\?|\?\.|=>|[^\s]/uy],
]

const tokensOf = (source: string): readonly Token[] => {
  const tokens: Token[] = []
  let at = 0
  for (;;) {
    const gap = /\s*/y.exec(source.slice(at))?.[0] ?? ''
    at += gap.length
    if (at >= source.length) return tokens
    const found = patterns.flatMap(([kind, pattern]) => {
      pattern.lastIndex = at
      const text = pattern.exec(source)?.[0]
      return text === undefined ? [] : [{ kind, text, gap }]
    })[0]
    if (!found) return tokens
    tokens.push(found)
    at += found.text.length
  }
}

const closing: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' }
const constants: Readonly<Record<string, string>> = { True: 'true', False: 'false', None: 'null' }
const signs: Readonly<Record<string, string>> = { '==': '===', '!=': '!==' }
const comparing = new Set(['===', '!==', '==', '!=', '<', '>', '<=', '>='])

/** A part of a comparison: its JavaScript; `list`: it is written out between brackets, and these are its entries. */
type Operand = { readonly code: string; readonly list?: string }

const isNetwork = (entries: string) => /^\s*(['"])[0-9a-fA-F.:]+\/\d+\1/.test(entries)

class Rewriter {
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  /** `undefined` if something is left over. */
  all(): string | undefined {
    const code = this.#or()
    return this.#at === this.#tokens.length ? code : undefined
  }

  #peek(ahead = 0): string {
    const token = this.#tokens[this.#at + ahead]
    return token && token.kind !== 'text' ? token.text : ''
  }

  #skip(...texts: readonly string[]): boolean {
    if (!texts.includes(this.#peek()) || this.#peek() === '') return false
    this.#at++
    return true
  }

  #or(): string {
    let code = this.#and()
    while (this.#skip('or', '||')) code += ` || ${this.#and()}`
    return code
  }

  #and(): string {
    let code = this.#not()
    while (this.#skip('and', '&&')) code += ` && ${this.#not()}`
    return code
  }

  #not(): string {
    if (!this.#skip('not')) return this.#comparison()
    const code = this.#not()
    // `not a == b` denies the comparison, `!a === b` would deny `a`.
    return /^[\w$.]+(\([^()]*\))?$|^\([^()]*\)$/.test(code) ? `!${code}` : `!(${code})`
  }

  #comparison(): string {
    const left = this.#operand()
    let { code } = left
    if (this.#peek() === 'in' || (this.#peek() === 'not' && this.#peek(1) === 'in')) {
      const denied = this.#skip('not')
      this.#skip('in')
      return membership(left, this.#operand(), denied)
    }
    while (comparing.has(this.#peek()) || this.#peek() === 'is') {
      const sign = this.#skip('is') ? (this.#skip('not') ? '!==' : '===') : (this.#tokens[this.#at++]?.text ?? '')
      code += ` ${signs[sign] ?? sign} ${this.#operand().code}`
    }
    return code
  }

  #operand(): Operand {
    let code = ''
    let list: string | undefined
    const ends = new Set(['and', 'or', 'not', 'in', 'is', '&&', '||', ',', ')', ']', '}', ''])
    for (let parts = 0; ; parts++) {
      const token = this.#tokens[this.#at]
      // `address.in(…)` is a call, not Python's `in`.
      const isProperty = parts > 0 && /^\??\.$/.test(this.#tokens[this.#at - 1]?.text ?? '')
      if (!token || (token.kind !== 'text' && !isProperty && (ends.has(token.text) || comparing.has(token.text)))) break
      this.#at++
      const gap = code === '' ? '' : token.gap
      const close = token.kind === 'sign' ? closing[token.text] : undefined
      if (close === undefined) {
        code += gap + (token.kind === 'word' ? (constants[token.text] ?? token.text) : token.text)
        list = undefined
        continue
      }
      const entries = this.#entries()
      if (!this.#skip(close)) break
      list = parts === 0 ? entries : undefined
      code += `${gap}${token.text}${entries}${close}`
    }
    return list === undefined ? { code } : { code, list }
  }

  #entries(): string {
    const entries: string[] = []
    while (this.#at < this.#tokens.length && !/^[)\]}]$/.test(this.#peek())) {
      const before = this.#at
      entries.push(this.#or())
      if (!this.#skip(',') && this.#at === before) break
    }
    return entries.join(', ')
  }
}

/** `x in y` as JavaScript asks it. */
const membership = (left: Operand, right: Operand, denied: boolean): string => {
  const not = denied ? '!' : ''
  if (right.list !== undefined)
    return /(^|\.)ip$/.test(left.code) || isNetwork(right.list)
      ? `${not}${left.code}.in(${right.list})`
      : `${not}[${right.list}].includes(${left.code})`
  if (isNetwork(right.code)) return `${not}${left.code}.in(${right.code})`
  return right.code === 'user.groups' ? `${not}user.isInGroup(${left.code})` : `${not}${right.code}.includes(${left.code})`
}

/** The same in JavaScript, if the source can be read as one expression of Python's kind and anything had to be changed. */
export const rewritePython = (source: string): string | undefined => {
  const returned = /^\s*return\b\s*/.exec(source)?.[0] ?? ''
  const tokens = tokensOf(source.slice(returned.length))
  const code = tokens.length > 0 ? new Rewriter(tokens).all() : undefined
  const plain = (text: string) => text.replaceAll(/\s+/g, '')
  return code === undefined || plain(code) === plain(source.slice(returned.length)) ? undefined : code
}

const habits: readonly (readonly [RegExp, string])[] = [
  [/(?<!\.)\bnot\s+in\b/, '"not in" is written as ![…].includes(…) in JavaScript'],
  [/(?<!\.)\bin\b/, '"in" does not look into lists in JavaScript'],
  [/(?<!\.)\band\b/, '"and" is written as && in JavaScript'],
  [/(?<!\.)\bor\b/, '"or" is written as || in JavaScript'],
  [/(?<!\.)\bnot\b/, '"not" is written as ! in JavaScript'],
  [/(?<!\.)\bTrue\b/, '"True" is written as true in JavaScript'],
  [/(?<!\.)\bFalse\b/, '"False" is written as false in JavaScript'],
  [/(?<!\.)\bNone\b/, '"None" is written as null in JavaScript'],
  [/(?<!\.)\bis\b/, '"is" is written as === in JavaScript'],
]

/** The first of Python's habits that a source has outside of its texts, and where. */
export const pythonHabit = (source: string): { readonly message: string; readonly at: number } | undefined => {
  // Texts become blanks of the same length.
  const bare = source.replaceAll(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g, (text) => `"${' '.repeat(text.length - 2)}"`)
  const found = habits.flatMap(([pattern, message]) => {
    const match = pattern.exec(bare)
    return match ? [{ message, at: match.index }] : []
  })
  return found.toSorted((a, b) => a.at - b.at)[0]
}
