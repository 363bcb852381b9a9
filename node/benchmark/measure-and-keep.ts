import path from 'node:path'
import type { EncodingEngine } from '#market/ports/encoding-engine.ts'
import type { EncoderCapability } from '#protocol/encoder.ts'
import { localDataPath } from '../data-directory.ts'
import type { CapabilityDeps, CapabilityOptions } from '../encoding/codecs/capabilities.ts'
import { measureCapabilities } from '../encoding/codecs/capabilities.ts'
import type { KeptCapabilities } from '../encoding/codecs/kept-capabilities.ts'
import { capabilitiesFile, createKeptCapabilities } from '../encoding/codecs/kept-capabilities.ts'
import type { FfmpegTools } from '../encoding/ffmpeg-tools.ts'
import { unlessUnsupported } from '../encoding/recipe-proofs.ts'

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

/**
 * Measured capabilities as an encoder may publish them: recipes are proven anew where that is not on disk, by the libraries that
 * are here now. What these no longer do is left out.
 */
export async function stillProven(
  engine: Pick<EncodingEngine, 'prove'>,
  capabilities: readonly EncoderCapability[],
  signal: AbortSignal,
): Promise<readonly EncoderCapability[]> {
  const found: EncoderCapability[] = []
  for (const capability of capabilities) {
    const recipe = capability.proof?.recipe
    if (recipe === undefined) found.push(capability)
    else {
      const proof = await engine.prove(recipe, { signal }).catch(unlessUnsupported)
      if (proof) found.push({ ...capability, proof: { recipe, class: proof.class.cid } })
    }
  }
  return found
}

function keptIn(tools: Pick<FfmpegTools, 'binaries'>, directory: string): KeptCapabilities {
  return createKeptCapabilities(tools, { file: path.join(directory, capabilitiesFile) })
}
