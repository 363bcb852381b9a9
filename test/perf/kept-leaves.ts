import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { Fault, FaultFigure } from '#protocol/attestation.ts'
import type { Measured } from './verification-report.ts'

const KeptLeaves = z.array(
  z.object({
    film: z.string(),
    variant: z.string(),
    kind: z.enum(['picture', 'sound']),
    isHonest: z.boolean(),
    figures: z.partialRecord(FaultFigure, z.number()),
    faults: z.array(Fault),
    footing: z.enum(['firm', 'unsteady', 'drowned']),
    isLikeHonest: z.boolean().exactOptional(),
  }),
)

/**
 * Measures a film, or reads what was measured of it before: an hour of measuring is not lost where it is interrupted, and
 * several processes may share the films. The folder is one run's: what is in it was judged by that run's limits. Throws a
 * ZodError where a file in it is something else.
 */
export async function measuredOnce(
  folder: string | undefined,
  film: string,
  measure: () => Promise<readonly Measured[]>,
): Promise<readonly Measured[]> {
  if (folder === undefined) return await measure()
  const file = path.join(folder, `${film.replaceAll(/\W+/g, '-')}.json`)
  const kept = await readFile(file, 'utf8').catch(() => null)
  if (kept !== null) return KeptLeaves.parse(JSON.parse(kept))
  const measured = await measure()
  await mkdir(folder, { recursive: true })
  await writeFile(file, JSON.stringify(measured))
  return measured
}
