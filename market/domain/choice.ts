import type { Bid } from '#protocol/bid.ts'
import { ChainTime } from '#protocol/ids.ts'
import type { SelectionMode } from '#protocol/selection.ts'
import { awardMarginSeconds } from './ranking.ts'
import type { Selection } from './selection.ts'

/** Seconds before a bid cannot be awarded any more in which the node sees to it that it is: some blocks, one of which may be late. */
const lastCallSeconds = 15

/**
 * Until when the owner's choice is waited for while this bid is the best. Who asks takes it itself before it is lost, and in any case
 * when the owner has had his time; who does not can only lose it.
 */
export function choiceUntil(
  { expires, readyBy }: Bid,
  { mode, since }: { readonly mode: SelectionMode; readonly since: ChainTime },
  { askSeconds }: Selection,
): ChainTime {
  const lost = Math.min(expires, readyBy) - awardMarginSeconds
  if (mode === 'manual') return ChainTime.parse(Math.max(0, lost))
  return ChainTime.parse(Math.max(0, Math.min(lost - lastCallSeconds, since + askSeconds)))
}
