/** One line of metrics: `name{label="value"} 1`. */
export type Sample = { readonly name: string; readonly labels: Readonly<Record<string, string>>; readonly value: number }

const line = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/
const label = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/gy

/** Reads the text format of Prometheus. Throws at a line that is none of it. */
const samplesIn = (text: string): readonly Sample[] =>
  text
    .split('\n')
    .filter((one) => one !== '' && !one.startsWith('#'))
    .map((one) => {
      const [, name = '', labels = '', value = ''] = line.exec(one) ?? []
      const pairs = [...labels.matchAll(label)]
      if (name === '' || pairs.map(([all]) => all).join('') !== labels) throw new Error(`this is no line of metrics: ${one}`)
      return { name, labels: Object.fromEntries(pairs.map(([, key = '', text = '']) => [key, text])), value: Number(value) }
    })

/** Reads the metrics at an address. */
export const metricsAt = async (address: string): Promise<readonly Sample[]> => samplesIn(await (await fetch(address)).text())
