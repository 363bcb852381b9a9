import { stat } from 'node:fs/promises'
import type { LocalProgress } from './local-report.ts'

/** How far the two readings of a source are: of its packets, and of its bytes for the content id. */
export type SourceProgress = {
  readPackets(bytes: number): void
  readContent(bytes: number): void
}

/** Tells each whole percent of both readings together. Of what is no file nothing is told. */
export async function createSourceProgress(
  file: string,
  onProgress: (progress: LocalProgress) => void,
): Promise<SourceProgress> {
  const { size } = await stat(file).catch(() => ({ size: 0 }))
  let told = 0
  const tell = (bytes: number): void => {
    const sourcePercent = Math.floor((100 * bytes) / (2 * size))
    if (size === 0 || sourcePercent <= told) return
    told = sourcePercent
    onProgress({ stage: 'analysing', percent: 0, sourcePercent })
  }
  return {
    readPackets: (bytes) => tell(Math.min(size, bytes)),
    readContent: (bytes) => tell(size + Math.min(size, bytes)),
  }
}
