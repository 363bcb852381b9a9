import { mkdtemp, rm } from 'node:fs/promises'
import path from 'node:path'
import type {
  Cell,
  EncodedSegment,
  EncodeOptions,
  EncodeRequest,
} from '#market/ports/encoding-engine.ts'
import { partWindow } from '#protocol/grid.ts'
import type { Rendition } from '#protocol/ladder.ts'
import { recipes } from '#protocol/recipe.ts'
import { framePixels } from '../cell-plan.ts'
import type { PartEncoder } from '../part-encoder.ts'
import { failureKinds } from './failure-reason.ts'
import type { DeviceLease, HardwareCascade } from './hardware-cascade.ts'
import type { HardwareDevice } from './hardware-device.ts'
import { deviceName } from './hardware-device.ts'
import { classifyFailure } from './hardware-failure.ts'

export type CascadeEncoderDeps = {
  readonly encoder: PartEncoder
  readonly cascade: HardwareCascade
}

/** One cell on its way down the cascade. */
type Passage = {
  readonly request: EncodeRequest
  readonly part: number
  readonly options: EncodeOptions
  readonly onShare: (frames: number) => void
}

/**
 * Encodes a cell on the best device that takes it; what a device fails at goes on with the next, within the same call,
 * down to the recipe's own encoder, whose failure is the one that is told. Devices encode the contract's recipe only. Every attempt has a folder of its own, and begins only after
 * the process of the one before is gone; nothing of a failed attempt is left.
 */
export function createCascadeEncoder(deps: CascadeEncoderDeps): PartEncoder['encodeCell'] {
  return async (request, cell, options) => {
    const tried = new Map<string, HardwareDevice>()
    const report = createReport(request, cell, options)
    const segments: EncodedSegment[] = []
    let left = cell.renditions
    while (left.length > 0) {
      const lease = recipes[request.terms.recipe].isContract
        ? await deps.cascade.take(left, new Set(tried.keys()), options.signal)
        : null
      const share = lease?.renditions ?? left
      const onShare = (frames: number): void => report.advance(share, frames)
      const passage = { request, part: cell.part, options, onShare }
      const made = lease
        ? await encodeOnDevice(deps, lease, passage)
        : await encodeInSoftware(deps, share, passage).catch((error: unknown) => {
            for (const device of tried.values()) deps.cascade.absolve(device)
            throw error
          })
      if (made) {
        segments.push(...made)
        report.finish(share)
        left = left.slice(share.length)
      } else if (lease) tried.set(deviceName(lease.device), lease.device)
    }
    return segments
  }
}

/** Resolves to null for a failure that the next in the cascade may not have; rejects with any other. */
async function encodeOnDevice(
  { encoder }: CascadeEncoderDeps,
  { device, renditions, succeed, fail, cancel }: DeviceLease,
  passage: Passage,
): Promise<readonly EncodedSegment[] | null> {
  const { signal } = passage.options
  try {
    const segments = await attempt(encoder, renditions, device, passage)
    succeed()
    return segments
  } catch (error) {
    if (signal.aborted) {
      cancel()
      throw error
    }
    const failure = classifyFailure(error, device)
    await fail(failure)
    if (failureKinds[failure.reason] === 'elsewhere') throw error
    return null
  }
}

async function encodeInSoftware(
  { encoder }: CascadeEncoderDeps,
  renditions: readonly Rendition[],
  passage: Passage,
): Promise<readonly EncodedSegment[]> {
  return await attempt(encoder, renditions, null, passage)
}

async function attempt(
  encoder: PartEncoder,
  renditions: readonly Rendition[],
  hardware: HardwareDevice | null,
  { request, part, options, onShare }: Passage,
): Promise<readonly EncodedSegment[]> {
  const prefix = `${hardware?.encoder ?? 'libx264'}-`
  const directory = await mkdtemp(path.join(options.directory, prefix))
  try {
    const run = { directory, signal: options.signal, hardware, onProgress: onShare }
    return await encoder.encodeCell(request, { part, renditions }, run)
  } catch (error) {
    await rm(directory, { recursive: true, force: true })
    throw error
  }
}

/** The cell's progress in frames of all its renditions. It stands still while lost work is done again. */
function createReport({ terms: { grid } }: EncodeRequest, cell: Cell, options: EncodeOptions) {
  const { frames: all } = partWindow(grid, cell.part)
  const pixels = framePixels(cell.renditions)
  let finished = 0
  let told = 0
  const tell = (frames: number): void => {
    if (frames <= told) return
    told = frames
    options.onProgress?.(frames)
  }
  return {
    advance: (share: readonly Rendition[], frames: number): void =>
      tell(Math.floor((finished * all + framePixels(share) * frames) / pixels)),
    finish: (share: readonly Rendition[]): void => {
      finished += framePixels(share)
      tell(Math.floor((finished * all) / pixels))
    },
  }
}
