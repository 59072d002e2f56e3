import { hash as argon2Hash, verify as argon2Verify } from '@node-rs/argon2'
import { randomBytes } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { measure } from '../observe/work.ts'
import { createSemaphore } from './semaphore.ts'

/** OWASP's Argon2id profile of 19 MiB; the package's default algorithm is Argon2id. `memoryCost` is in KiB. */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/** Bytes of UTF-8, as typed. Nothing is ever cut off: what is longer is refused. It also bounds the work of normalising. */
export const maxPasswordBytes = 4096

/** The password has more than `maxPasswordBytes`. */
export class PasswordTooLong extends Error {
  constructor(bytes: number) {
    super(`The password has ${bytes} bytes; at most ${maxPasswordBytes} are allowed. Use a shorter one.`)
    this.name = 'PasswordTooLong'
  }
}

export type Hasher = {
  /** Argon2id in PHC format, of the password's NFC form. Throws `PasswordTooLong`, and `Busy` when too many wait. */
  hash(password: string): Promise<string>
  /**
   * Is this the password of the hash? Costs one verification in every case: without a hash, with one that cannot be read and for a password
   * that is too long, the answer is `false` after a verification against a hash that nothing matches. Throws `Busy` when too many wait.
   */
  verify(phc: string | undefined, password: string): Promise<boolean>
  /** Was the hash made with less memory, or fewer passes, than hashes are today? `false` for what cannot be read. */
  isWeak(phc: string): boolean
  /** Hashes that wait for a core now. */
  readonly waiting: number
}

const base64 = (bytes: Buffer): string => bytes.toString('base64').replaceAll('=', '')

/** A hash of no known password, with the parameters of real ones: making one up costs nothing, verifying against it what a real one costs. */
const dummyHash = (): string => {
  const { memoryCost, timeCost, parallelism } = parameters
  return `$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}$${base64(randomBytes(16))}$${base64(randomBytes(32))}`
}

/** `concurrency`: hashes at a time, by default as many as there are cores. `maxWaiting`: how many more may wait for their turn. */
export const createHasher = ({
  concurrency = availableParallelism(),
  maxWaiting = 1000,
}: { readonly concurrency?: number; readonly maxWaiting?: number } = {}): Hasher => {
  const semaphore = createSemaphore(concurrency, maxWaiting)
  const dummy = dummyHash()
  const verifyDummy = async (): Promise<false> => {
    await argon2Verify(dummy, '')
    return false
  }
  const inTurn = <T>(did: string, work: () => Promise<T>): Promise<T> => semaphore.take(() => measure('hash', did, work))
  return {
    async hash(password) {
      const bytes = Buffer.byteLength(password)
      if (bytes > maxPasswordBytes) throw new PasswordTooLong(bytes)
      return inTurn('hash', () => argon2Hash(password.normalize('NFC'), parameters))
    },
    verify(phc, password) {
      return inTurn('verify', async () => {
        if (phc === undefined || Buffer.byteLength(password) > maxPasswordBytes) return verifyDummy()
        try {
          return await argon2Verify(phc, password.normalize('NFC'))
        } catch {
          return verifyDummy()
        }
      })
    },
    isWeak(phc) {
      const [, memory, time] = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=\d+\$/.exec(phc) ?? []
      return memory !== undefined && (Number(memory) < parameters.memoryCost || Number(time) < parameters.timeCost)
    },
    get waiting() {
      return semaphore.waiting
    },
  }
}
