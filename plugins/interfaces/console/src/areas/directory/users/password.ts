/** Without those that are mistaken for others when they are read out or copied by hand. */
const letters = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789'

/** A password that nobody guesses: more than 115 bits, in groups of five. */
export const generatePassword = (
  fill: (bytes: Uint8Array<ArrayBuffer>) => void = (bytes) => void crypto.getRandomValues(bytes),
): string => {
  const picked: string[] = []
  const limit = 256 - (256 % letters.length)
  while (picked.length < 20) {
    const bytes = new Uint8Array(32)
    fill(bytes)
    for (const byte of bytes) if (byte < limit) picked.push(letters.charAt(byte % letters.length))
  }
  return [0, 5, 10, 15].map((from) => picked.slice(from, from + 5).join('')).join('-')
}
