import type { CopyObstacle } from '#market/domain/copied-rendition.ts'
import type { LocalReport } from './local-report.ts'

const reasons: Readonly<Record<CopyObstacle, string>> = {
  recipe: 'another codec than H.264 was asked for',
  codec: 'it is not H.264',
  pictures:
    'its pictures are not plain (upright, square pixels, progressive, 8 bits 4:2:0, BT.709, constant rate)',
  size: 'no rendition has its size',
  profile: "its profile asks more of a player than the rendition's",
  level: "its level asks more of a player than the rendition's",
  'key-frames': 'its key frames do not allow segments of 2 to 6 seconds',
  cut: 'it cannot be cut cleanly at its key frames',
  rate: 'its bit rate is above that of the rendition',
}

/** Which rendition is the source's own video, or why none is, in one line. */
export function copyNote({
  copied,
  copyObstacle,
  renditions,
}: Pick<LocalReport, 'copied' | 'copyObstacle' | 'renditions'>): string {
  if (copyObstacle !== null)
    return `The source's own video could not be copied: ${reasons[copyObstacle]}.`
  const others = renditions.map(({ name }) => name).filter((name) => name !== copied)
  const rest = others.length > 0 ? ` ${others.join(', ')} encoded: not its size.` : ''
  return `${copied} is the source's own video, copied.${rest}`
}
