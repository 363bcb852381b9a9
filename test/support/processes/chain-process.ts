import { join } from 'node:path'
import type { Operation as HiveOperation } from '@hiveio/dhive'
import { cryptoUtils } from '@hiveio/dhive'
import { buildTransaction, transactionId } from '#node/chain/transactions.ts'
import { devchainChainId } from '#node/devchain/chain-id.ts'
import type { Head } from '#node/devchain/store/head.ts'
import type { StageChain } from '../adversaries/stage.ts'
import type { Signer } from '../devchain.ts'
import { callDevchain, devchainClient, keyOf } from '../devchain.ts'
import { createMortalProcess, unlessDead } from './mortal-process.ts'
import type { ChainFuse, ChainStart, ToChain } from './questions.ts'

/** A development chain that dies and starts again at the same address; its blocks outlive it. */
export type ChainProcess = AsyncDisposable &
  StageChain & {
    readonly url: string
    isUp(): boolean
    deaths(): number
    start(): void
    /** Makes a block, with a fuse to burn from then on or without; false where the chain is down or dies of it. */
    produce(fuse: ChainFuse | null): Promise<boolean>
    /** Resolves when it is up and dies of no fuse any more. */
    calm(): Promise<void>
  }

const main = join(import.meta.dirname, 'chain-main.ts')
const lifetimeSeconds = 60

/** Starts a chain in a directory; its clock is `now`, in milliseconds since 1970. */
export async function aChainProcess(
  home: string,
  directory: string,
  now: () => number,
): Promise<ChainProcess> {
  let port = 0
  let head: Head = { number: 0, id: '', time: 0 }
  const { ask, ...life } = createMortalProcess<ToChain, never>({
    name: 'the chain',
    main,
    start: (): ChainStart => ({ directory, port, now: now() }),
    home,
    answer: () => null,
  })

  /** Resolves when it answers; starts it as often as that takes. */
  const standing = async (): Promise<string> => {
    for (;;) {
      life.start()
      const seen = await unlessDead(ask({ type: 'look', now: now() }))
      if (!seen) continue
      const looked = seen as { readonly url: string; readonly head: Head }
      head = looked.head
      return looked.url
    }
  }

  const url = await standing()
  port = Number(new URL(url).port)
  const client = devchainClient(url)

  const call = async (method: string, params?: unknown): Promise<unknown> => {
    for (;;) {
      await standing()
      try {
        return await callDevchain(client, method, params)
      } catch (error) {
        if (isRefusal(error)) throw error
      }
    }
  }

  const produce = async (fuse: ChainFuse | null): Promise<boolean> => {
    const made = await unlessDead(ask({ type: 'produce', now: now(), fuse }))
    if (made) head = made as Head
    return made !== null
  }

  const isInBlock = async (transaction_id: string): Promise<boolean> => {
    const { status } = (await call('transaction_status_api.find_transaction', {
      transaction_id,
    })) as { readonly status: string }
    return status.startsWith('within_')
  }

  /** Sends what was signed, and makes blocks, until one has it or none can have it any more. */
  const includeSigned = async (signed: object, id: string, expires: number): Promise<boolean> => {
    while (head.time < expires) {
      await call('condenser_api.broadcast_transaction', [signed]).catch(unlessRepeated)
      await produce(null)
      if (await isInBlock(id)) return true
    }
    return false
  }

  const include = async (
    operations: readonly HiveOperation[],
    ...signers: readonly Signer[]
  ): Promise<void> => {
    for (let isIncluded = false; !isIncluded; ) {
      await standing()
      const { number: height, id: blockId, time } = head
      const at = { height, id: blockId, time } as Parameters<typeof buildTransaction>[0]
      const named = operations as unknown as Parameters<typeof buildTransaction>[1]
      const unsigned = buildTransaction(at, named, lifetimeSeconds)
      const signed = cryptoUtils.signTransaction(
        unsigned as unknown as Parameters<typeof cryptoUtils.signTransaction>[0],
        signers.map(keyOf),
        Buffer.from(devchainChainId, 'hex'),
      )
      isIncluded = await includeSigned(signed, transactionId(unsigned), time + lifetimeSeconds)
    }
  }

  return {
    ...life,
    url,
    get head() {
      return head
    },
    call,
    include,
    produce,
    calm: async () => {
      do await standing()
      while ((await unlessDead(ask({ type: 'calm', now: now() }).then(() => true))) === null)
    },
  }
}

/** The chain itself said no, rather than nothing. */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && error.name === 'RPCError'
}

function unlessRepeated(error: unknown): void {
  if (!(error instanceof Error && /duplicate transaction/i.test(error.message))) throw error
}
