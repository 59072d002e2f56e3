import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { patience } from '../engine/guard.ts'
import { answerFailure } from './errors.ts'
import type { Pages } from './pages.ts'

/**
 * Answers requests that a protocol's own code leaves unanswered. Only its time counts: what it hands over to the house has deadlines of its own, one for each
 * stage and policy, and a sign-in may take several of them.
 */
export class Deadlines {
  readonly #who: string
  readonly #pages: Pages
  /** When each is late, of `performance.now()`; all have the same time, so the first is the next. */
  readonly #running = new Map<FastifyRequest, { readonly reply: FastifyReply; readonly lateAt: number }>()
  #timer: NodeJS.Timeout | undefined
  constructor(kind: string, pages: Pages) {
    this.#who = `protocol "${kind}"`
    this.#pages = pages
  }

  /** For all routes of a scope. Called before the protocol adds hooks of its own: those may hang as well. */
  watch(scope: FastifyInstance): void {
    scope.addHook('onRequest', (request, reply, done) => {
      this.#begin(request, reply)
      done()
    })
    scope.addHook('onResponse', (request, _reply, done) => {
      this.#running.delete(request)
      done()
    })
  }

  /** Lets the house work without the deadline, which begins anew should this not have answered. */
  async pausing<T>(request: FastifyRequest, reply: FastifyReply, work: () => Promise<T>): Promise<T> {
    this.#running.delete(request)
    try {
      return await work()
    } finally {
      if (!isAnswered(reply)) this.#begin(request, reply)
    }
  }

  #begin(request: FastifyRequest, reply: FastifyReply): void {
    this.#running.set(request, { reply, lateAt: performance.now() + patience })
    if (!this.#timer) this.#timer = this.#lookIn(patience)
  }

  /** One timer for all: it rings when the first of those that run may be late. */
  #lookIn(milliseconds: number): NodeJS.Timeout {
    return setTimeout(() => this.#look(), milliseconds).unref()
  }

  #look(): void {
    this.#timer = undefined
    for (const [request, { reply, lateAt }] of this.#running) {
      const left = lateAt - performance.now()
      if (left > 0) {
        this.#timer = this.#lookIn(left)
        return
      }
      this.#running.delete(request)
      const error = new Error(`${this.#who} did not answer within ${patience / 1000} s`)
      if (!isAnswered(reply)) answerFailure(error, request, reply, this.#pages)
    }
  }
}

/** Also where the answer has begun and more of it is to come. */
const isAnswered = (reply: FastifyReply): boolean => reply.sent || reply.raw.headersSent
