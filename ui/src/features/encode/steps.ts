import type { EncodeState } from './encode-state.ts'
import { formatBytes, formatEta } from './format.ts'

export type Step = {
  readonly title: string
  /** 0 to 100; null where nobody knows. */
  readonly percent: number | null
  readonly detail: string
}

type Running = Exclude<EncodeState, { phase: 'idle' | 'done' | 'failed' }>

type Told = { readonly [P in Running['phase']]: (state: Extract<Running, { phase: P }>) => Step }

const told: Told = {
  uploading: ({ percent, bytesPerSecond, etaSeconds }) => {
    const detail = `${formatBytes(bytesPerSecond)} a second, ${formatEta(etaSeconds)}`
    return { title: 'Uploading the original', percent, detail }
  },
  examining: ({ percent }) => {
    const detail = 'The server looks at the video and takes it into IPFS.'
    return { title: 'Examining the original', percent, detail }
  },
  waiting: () => {
    const detail = 'The job waits for this tab’s turn.'
    return { title: 'Getting the job', percent: null, detail }
  },
  encoding: (state) => ({
    ...{ title: 'Encoding', percent: state.percent, detail: encodingDetail(state) },
  }),
  checking: ({ percent }) => {
    const detail = 'The server compares the stream with the original.'
    return { title: 'Checking', percent, detail }
  },
}

/** What there is to say of an encode that goes on. */
export function stepOf<P extends Running['phase']>(state: Extract<Running, { phase: P }>): Step {
  return told[state.phase as P](state)
}

function encodingDetail({
  speed,
  etaSeconds,
  uploaded,
  resumed,
}: Extract<Running, { phase: 'encoding' }>): string {
  const pace = speed === null ? 'starting' : `${speed.toFixed(1)}× real time`
  const sent = `${uploaded.segments} of ${uploaded.of} segments sent`
  const earlier = resumed > 0 ? `, ${resumed} were there already` : ''
  return `${pace}, ${formatEta(etaSeconds)}, ${sent}${earlier}`
}
