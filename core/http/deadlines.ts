import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { inTime } from '../engine/guard.ts'
import { answerFailure } from './errors.ts'
import type { Pages } from './pages.ts'

/**
 * Answers requests that a protocol's own code leaves unanswered. Only its time counts: what it hands over to the house has deadlines of its own, one for each
 * stage and policy, and a sign-in may take several of them.
 */
export class Deadlines {
  readonly #who: string
  readonly #pages: Pages
  /** How the deadline of a request is called off. */
  readonly #running = new WeakMap<FastifyRequest, () => void>()
  constructor(kind: string, pages: Pages) {
    this.#who = `protocol "${kind}"`
    this.#pages = pages
  }

  /** For all routes of a scope. Called before the protocol adds hooks of its own: those may hang as well. */
  watch(scope: FastifyInstance): void {
    scope.addHook('onRequest', async (request, reply) => this.#begin(request, reply))
    scope.addHook('onResponse', async (request) => this.#callOff(request))
  }

  /** Lets the house work without the deadline, which begins anew should this not have answered. */
  async pausing<T>(request: FastifyRequest, reply: FastifyReply, work: () => Promise<T>): Promise<T> {
    this.#callOff(request)
    try {
      return await work()
    } finally {
      if (!isAnswered(reply)) this.#begin(request, reply)
    }
  }

  #begin(request: FastifyRequest, reply: FastifyReply): void {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#running.set(request, resolve)
    inTime(this.#who, promise).catch((error: Error) => {
      if (!isAnswered(reply)) answerFailure(error, request, reply, this.#pages)
    })
  }

  #callOff(request: FastifyRequest): void {
    this.#running.get(request)?.()
  }
}

/** Also where the answer has begun and more of it is to come. */
const isAnswered = (reply: FastifyReply): boolean => reply.sent || reply.raw.headersSent
