import { z } from 'zod'
import { prepareOfferRoute } from '#protocol/api/posting.ts'
import type { EncodingJobId } from '#protocol/encoding-job.ts'
import { HiveAccount, Sha256Hex } from '#protocol/ids.ts'
import { callServer } from './session.ts'
import type { Signed } from './signer.ts'
import { wallet } from './wallet.ts'

/** What an owner has chosen for the offer of a job. */
const OfferChoices = z.object({
  /** The only arbiter to accept; null for any that the ceiling can pay. */
  arbiter: HiveAccount.nullable(),
  /** How long the work may take; null for as long as the video's length asks for. */
  workSeconds: z.int().nullable(),
})
export type OfferChoices = z.infer<typeof OfferChoices>

/** The salt is the creator's part of what will be checked: nobody else may know it before the delivery. */
const KeptOffer = OfferChoices.extend({ salt: Sha256Hex })
type KeptOffer = z.infer<typeof KeptOffer>

const usualChoices: OfferChoices = { arbiter: null, workSeconds: null }

/** Keeps what an offer will say until its job comes to the community, which may be in an hour or never. */
export function keepOfferChoices(job: EncodingJobId, choices: OfferChoices): void {
  const { salt } = keptOffer(job) ?? { salt: newSalt() }
  localStorage.setItem(storedAs(job), JSON.stringify({ ...choices, salt }))
}

/**
 * Offers a job to the community as its owner has chosen: the server says what is to be signed, the wallet signs and broadcasts it. The salt is
 * kept first, so that a second try makes the same offer. Rejects with what server or wallet say.
 */
export async function offerJob(job: EncodingJobId): Promise<Signed> {
  keepOfferChoices(job, keptOffer(job) ?? usualChoices)
  const kept = keptOffer(job)
  if (!kept) throw new Error('This browser keeps nothing for this page: allow it to store data.')
  const { arbiter, workSeconds, salt } = kept
  const { operations, signer, role } = await callServer(prepareOfferRoute, {
    body: {
      ...{ job, saltHash: await hashOf(salt) },
      ...(arbiter === null ? {} : { arbiter }),
      ...(workSeconds === null ? {} : { workSeconds }),
    },
  })
  return await wallet.signOperations(signer, operations, role)
}

function keptOffer(job: EncodingJobId): KeptOffer | null {
  const kept = KeptOffer.safeParse(parsed(localStorage.getItem(storedAs(job))))
  return kept.success ? kept.data : null
}

function storedAs(job: EncodingJobId): string {
  return `spk-encoder offer ${job}`
}

function parsed(text: string | null): unknown {
  try {
    return JSON.parse(text ?? '')
  } catch {
    return null
  }
}

function newSalt(): Sha256Hex {
  return hex(crypto.getRandomValues(new Uint8Array(32)))
}

async function hashOf(salt: Sha256Hex): Promise<Sha256Hex> {
  const bytes = Uint8Array.from(salt.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
  return hex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))
}

function hex(bytes: Uint8Array): Sha256Hex {
  return Sha256Hex.parse(Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(''))
}
