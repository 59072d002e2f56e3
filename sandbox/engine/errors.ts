/** The program was stopped from outside of it, since it would not stop itself. */
export class Stopped extends Error {
  override readonly name = 'Stopped'
}
/** The program has used up the native stack. */
export class NativeStack extends Error {
  override readonly name = 'NativeStack'
}
/** A trap or an abort: the instance must not be used again. */
export class Poisoned extends Error {
  override readonly name = 'Poisoned'
}
/** A text of the program is longer than it may be. */
export class TooLong extends Error {
  override readonly name = 'TooLong'
}
