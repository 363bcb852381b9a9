import type { Stage } from '#protocol/progress.ts'

/** Where each stage begins and how much of the whole it is, in percent. */
const spans: Readonly<Record<Stage, { readonly from: number; readonly share: number }>> = {
  downloading: { from: 0, share: 10 },
  encoding: { from: 10, share: 80 },
  uploading: { from: 90, share: 10 },
}

/** 0 to 100 over all stages, of 0 to 100 of one, in whole percents. */
export function overallProgress(stage: Stage, stageProgress: number): number {
  const { from, share } = spans[stage]
  return from + Math.floor((share * stageProgress) / 100)
}
