import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { MarketError } from '#market/errors.ts'

/** Where somebody sits: what is typed comes from `input`, questions go to `output`, which is not the program's answer. */
export type Terminal = {
  readonly input: NodeJS.ReadStream
  readonly output: NodeJS.WritableStream
}

/** Asks for a line that is not shown while it is typed. Rejects with `cancelled` at Ctrl-C or Ctrl-D. */
export async function askHidden({ input, output }: Terminal, question: string): Promise<string> {
  // What readline would echo goes nowhere; it still puts the terminal into raw mode, so that the terminal echoes nothing either.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input, output: nowhere, terminal: true, historySize: 0 })
  const ended = new AbortController()
  lines.once('SIGINT', () => ended.abort())
  lines.once('close', () => ended.abort())
  output.write(question)
  try {
    return await lines.question('', { signal: ended.signal })
  } catch (error) {
    throw ended.signal.aborted ? new MarketError('cancelled', 'Nothing was changed.') : error
  } finally {
    output.write('\n')
    lines.close()
  }
}
