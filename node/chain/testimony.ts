import { canonicalHash } from '#protocol/canonical.ts'
import type { Sha256Hex } from '#protocol/ids.ts'
import { toTagged } from '#protocol/tagged-json.ts'
import { sha256 } from '../sha256.ts'
import type { Seal } from './block-seal.ts'
import type { SourcedBlock } from './block-source.ts'
import type { Witness } from './witness.ts'

/** What one endpoint says that blocks hold. */
export type Testimony = { readonly witness: Witness; readonly blocks: readonly SourcedBlock[] }
/** Endpoints that say the same. */
export type Group = readonly Testimony[]
export type Unsound = { readonly witness: Witness; readonly error: unknown }

/** Witnesses who say what can be, grouped by what they say, the largest group first; and those who say what cannot. */
export function sift(
  testimonies: readonly Testimony[],
  check: (blocks: readonly SourcedBlock[]) => void,
): { readonly groups: readonly Group[]; readonly unsound: readonly Unsound[] } {
  const unsound: Unsound[] = []
  const sound = testimonies.filter(({ witness, blocks }) => {
    try {
      check(blocks)
      return true
    } catch (error) {
      unsound.push({ witness, error })
      return false
    }
  })
  const [only] = sound
  if (only && sound.length === 1) return { groups: [[only]], unsound }
  const groups = Map.groupBy(sound, ({ blocks }) => fingerprint(blocks))
  return { groups: [...groups.values()].sort((a, b) => b.length - a.length), unsound }
}

/** Everything that follows from blocks. Virtual operations decide nothing: contracts derive them, and only ask that none is missing. */
function fingerprint(blocks: readonly SourcedBlock[]): Sha256Hex {
  const real = blocks.map(({ block, transactions }) => ({
    transactions,
    ...block,
    operations: block.operations.filter(({ action }) => !isVirtual(action.type)),
  }))
  return canonicalHash(toTagged(real), sha256) as Sha256Hex
}

function isVirtual(type: string): boolean {
  return type === 'escrow-approved' || type === 'escrow-rejected'
}

/**
 * What is left of groups that say different things, or of one endpoint's word, when their blocks are held against their own ids: those that an id contradicts are
 * `broken`; and of several about the very same ids, one that the ids prove wins over those they do not.
 */
export function judgeBySeal(groups: readonly Group[]): {
  readonly standing: readonly Group[]
  readonly broken: readonly Group[]
} {
  const sealed = groups.map((group) => ({ group, seal: weakestSeal(group) }))
  const broken = sealed.filter(({ seal }) => seal === 'broken').map(({ group }) => group)
  const standing = sealed.filter(({ seal }) => seal !== 'broken')
  const proven = standing.filter(({ seal }) => seal === 'whole')
  const areSameIds = new Set(standing.map(({ group }) => idsOf(group))).size === 1
  const left = areSameIds && proven.length === 1 ? proven : standing
  return { standing: left.map(({ group }) => group), broken }
}

function weakestSeal([testimony]: Group): Seal {
  const seals = new Set(testimony?.blocks.map(({ seal }) => seal()))
  if (seals.has('broken')) return 'broken'
  return seals.has('partial') ? 'partial' : 'whole'
}

function idsOf([testimony]: Group): string {
  return testimony?.blocks.map(({ block }) => block.id).join() ?? ''
}
