import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import { canonicalJson } from '#protocol/canonical.ts'
import { EncoderCapability } from '#protocol/encoder.ts'
import type { FfmpegBinaries } from '../ffmpeg-binaries.ts'

/** Measured capabilities in a file of the node's directory, for as long as FFmpeg and processor are what they were. */
export interface KeptCapabilities {
  /** Null where nothing was measured that still holds. */
  read(): Promise<readonly EncoderCapability[] | null>
  write(capabilities: readonly EncoderCapability[]): Promise<void>
}

/** Name of the file in a node's directory. */
export const capabilitiesFile = 'capabilities.json'

const Kept = z.strictObject({
  fingerprint: z.string(),
  capabilities: z.array(EncoderCapability),
})

export function createKeptCapabilities(
  { binaries }: { readonly binaries: Pick<FfmpegBinaries, 'ffmpeg' | 'version'> },
  { file }: { readonly file: string },
): KeptCapabilities {
  const fingerprintOf = async (): Promise<string> => {
    const { size, mtimeMs } = await stat(binaries.ffmpeg)
    const [processor] = cpus()
    return [binaries.ffmpeg, size, mtimeMs, binaries.version, processor?.model ?? ''].join('|')
  }
  return {
    read: async () => {
      const text = await readFile(file, 'utf8').catch(() => '')
      const kept = parseKept(text)
      return kept?.fingerprint === (await fingerprintOf()) ? kept.capabilities : null
    },
    write: async (capabilities) => {
      const text = canonicalJson({ fingerprint: await fingerprintOf(), capabilities })
      await mkdir(path.dirname(file), { recursive: true })
      await writeFile(`${file}.unfinished`, text)
      await rename(`${file}.unfinished`, file)
    },
  }
}

/** A file that cannot be used is as good as none. */
function parseKept(text: string): z.infer<typeof Kept> | null {
  try {
    return Kept.parse(JSON.parse(text))
  } catch {
    return null
  }
}
