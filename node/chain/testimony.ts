import { canonicalJson } from '#protocol/canonical.ts'
import { toTagged } from '#protocol/tagged-json.ts'
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
  const sound: { readonly testimony: Testimony; readonly print: string }[] = []
  // What is equal to the last letter is checked once: a check folds the blocks.
  const fingerprint = createFingerprints()
  const told = testimonies.map((testimony) => ({ testimony, print: fingerprint(testimony.blocks) }))
  const equal = Map.groupBy(told, ({ testimony, print }) => print + virtualOf(testimony))
  for (const same of equal.values()) {
    const failure = failureOf(same[0]?.testimony, check)
    if (failure === null) sound.push(...same)
    else unsound.push(...same.map(({ testimony: { witness } }) => ({ witness, ...failure })))
  }
  const groups = Map.groupBy(sound, ({ print }) => print)
  const found = [...groups.values()].map((group) => group.map(({ testimony }) => testimony))
  return { groups: found.sort((a, b) => b.length - a.length), unsound }
}

/** The virtual operations of a testimony, which its fingerprint leaves out. */
function virtualOf({ blocks }: Testimony): string {
  const found = blocks.flatMap(({ block }) =>
    block.operations.filter(({ action }) => isVirtual(action.type)),
  )
  return canonicalJson(toTagged(found))
}

/** What is wrong with a testimony, or null. */
function failureOf(
  testimony: Testimony | undefined,
  check: (blocks: readonly SourcedBlock[]) => void,
): { readonly error: unknown } | null {
  try {
    if (testimony) check(testimony.blocks)
    return null
  } catch (error) {
    return { error }
  }
}

/** Everything that follows from blocks; of a block that several have is told once. */
function createFingerprints(): (blocks: readonly SourcedBlock[]) => string {
  const told = new Map<SourcedBlock, string>()
  return (blocks) => {
    const lines = blocks.map((block) => {
      const line = told.get(block) ?? fingerprint(block)
      told.set(block, line)
      return line
    })
    return lines.join('\n')
  }
}

/** Virtual operations decide nothing: contracts derive them, and only ask that none is missing. */
function fingerprint({ block, transactions }: SourcedBlock): string {
  const { height, id, previous, time, operations } = block
  const real = operations.filter(({ action }) => !isVirtual(action.type))
  // Ids have one length, so that they need no form of their own: there are many of them.
  const members = [height, id, previous, time, transactions.join()]
  return `${members.join(' ')} ${real.length > 0 ? canonicalJson(toTagged(real)) : ''}`
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

/** What the ids of a group's blocks prove of them, at worst. */
export function weakestSeal([testimony]: Group): Seal {
  const seals = new Set(testimony?.blocks.map(({ seal }) => seal()))
  if (seals.has('broken')) return 'broken'
  return seals.has('partial') ? 'partial' : 'whole'
}

function idsOf([testimony]: Group): string {
  return testimony?.blocks.map(({ block }) => block.id).join() ?? ''
}
