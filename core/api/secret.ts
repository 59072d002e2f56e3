import { hash, timingSafeEqual } from 'node:crypto'

const digest = (text: string): Buffer => hash('sha256', text, 'buffer')

/**
 * A secret in settings: compared and handed on, never printed. Every way of turning it into text (string conversion, JSON,
 * inspection by a logger) gives `[secret]`.
 */
export class Secret {
  readonly #value: string
  #digest: Buffer | undefined
  constructor(value: string) {
    this.#value = value
  }
  /** Constant-time comparison, for any two lengths. */
  equals(candidate: string): boolean {
    return timingSafeEqual((this.#digest ??= digest(this.#value)), digest(candidate))
  }
  /** The plain value, for where it is used (a key derivation, a request to a third party). */
  reveal(): string {
    return this.#value
  }
  toString(): string {
    return '[secret]'
  }
  toJSON(): string {
    return '[secret]'
  }
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[secret]'
  }
}
