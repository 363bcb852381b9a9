import path from 'node:path'
import type { EncoderCapability } from '#protocol/encoder.ts'
import { localDataPath } from '../data-directory.ts'
import type { CapabilityDeps, CapabilityOptions } from '../encoding/codecs/capabilities.ts'
import { measureCapabilities } from '../encoding/codecs/capabilities.ts'
import type { KeptCapabilities } from '../encoding/codecs/kept-capabilities.ts'
import { capabilitiesFile, createKeptCapabilities } from '../encoding/codecs/kept-capabilities.ts'
import type { FfmpegTools } from '../encoding/ffmpeg-tools.ts'

/** Measures what this machine encodes and keeps it in a data directory: a node registers it from its next start on. */
export async function measureAndKeep(
  { directory, ...deps }: CapabilityDeps & { readonly directory: string },
  options: CapabilityOptions,
): Promise<readonly EncoderCapability[]> {
  const capabilities = await measureCapabilities(deps, options)
  await keptIn(deps.tools, directory).write(capabilities)
  return capabilities
}

/**
 * What was measured for a node's data directory; where nothing was, what was measured on this machine for no node in
 * particular. Null where neither was, or FFmpeg or the processor has changed since.
 */
export async function measuredCapabilities(
  tools: Pick<FfmpegTools, 'binaries'>,
  directory: string,
  elsewhere = localDataPath(),
): Promise<readonly EncoderCapability[] | null> {
  return (await keptIn(tools, directory).read()) ?? (await keptIn(tools, elsewhere).read())
}

function keptIn(tools: Pick<FfmpegTools, 'binaries'>, directory: string): KeptCapabilities {
  return createKeptCapabilities(tools, { file: path.join(directory, capabilitiesFile) })
}
