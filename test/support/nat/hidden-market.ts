import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { childEnvironment } from '#node/config.ts'
import { calibrateNodes } from '#node/supervisor/calibrate-nodes.ts'
import type { ChildSpec } from '#node/supervisor/child.ts'
import { chainSpec, nodeSpec, participants } from '#node/supervisor/participants.ts'
import { PeerView } from '#protocol/api/peers.ts'
import { JobEvent } from '#protocol/job-event.ts'
import { makeFolder, openTools, untroubled } from '../ffmpeg.ts'
import type { Internet, Machine } from './internet.ts'
import { anInternet } from './internet.ts'

/** A market whose creator and encoder are behind routers of their own; a relay, which is the arbiter too, and the chain are not. */
export type HiddenMarket = AsyncDisposable & {
  readonly folder: string
  readonly internet: Internet
  /** Posts a video and follows its job to the end, whatever it is. */
  job(file: string, onEvent: (event: JobEvent) => void): Promise<void>
  peersOf(machine: 'creator' | 'encoder'): Promise<readonly PeerView[]>
  /** Milli-HBD of each account. */
  balances(): Promise<ReadonlyMap<string, bigint>>
  /** Resolves when so many further blocks were made. */
  blocks(count: number): Promise<void>
}

const main = fileURLToPath(new URL('../../../node/main.ts', import.meta.url))
const accounts = { creator: 'creator', encoder: 'swift-encoder', hub: 'arbiter' } as const

export async function startHiddenMarket(): Promise<HiddenMarket> {
  const folder = await makeFolder()
  const layout = {
    data: join(folder, 'market'),
    interval: 0.25,
    workers: 2,
    codec: 'h264',
    indexer: false,
  } as const
  await using starting = new AsyncDisposableStack()
  const internet = starting.use(await anInternet())
  const spec = await chainSpec(layout)
  await calibrateNodes(await openTools(), layout, untroubled)
  const chain = starting.use(await launch(internet, 'chain', spec))
  const port = new URL(chain.url).port
  const rpc = `http://${internet.addressOf('chain')}:${port}`

  for (const [machine, name] of Object.entries(accounts) as [keyof typeof accounts, string][]) {
    const participant = participants.find(({ account }) => account === name)
    if (!participant) throw new Error(`no market has @${name}`)
    const own = await nodeSpec(participant, layout, rpc)
    const args = (taken: number | null) => [...own.args(taken), ...reachOf(internet, machine)]
    starting.use(await launch(internet, machine, { ...own, args }))
  }

  const ask = async (machine: Machine, ...args: string[]): Promise<string> => {
    const [command = '', ...words] = [...internet.on(machine), process.execPath, ...args]
    const child = spawn(command, words, { stdio: ['ignore', 'pipe', 'inherit'] })
    return await text(child.stdout)
  }
  const named = (machine: 'creator' | 'encoder'): string[] => [
    ...['--account', accounts[machine], '--data', join(layout.data, accounts[machine])],
  ]
  const onChain = async (method: string, params: unknown): Promise<unknown> => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
    const script = `fetch(${JSON.stringify(chain.url)}, { method: 'POST', body: ${JSON.stringify(body)} })
      .then((answer) => answer.text()).then((told) => process.stdout.write(told))`
    return (JSON.parse(await ask('chain', '-e', script)) as { readonly result: unknown }).result
  }
  const height = async (): Promise<number> => {
    const found = (await onChain('condenser_api.get_dynamic_global_properties', [])) as {
      readonly head_block_number: number
    }
    return found.head_block_number
  }
  const market: HiddenMarket = {
    ...{ folder, internet },
    job: async (file, onEvent) => {
      const line = [main, 'job', 'post', file, ...named('creator'), '--json']
      const [command = '', ...words] = [...internet.on('creator'), process.execPath, ...line]
      const child = spawn(command, words, { stdio: ['ignore', 'pipe', 'inherit'] })
      const exit = once(child, 'exit')
      for await (const told of createInterface({ input: child.stdout })) {
        const event = JobEvent.safeParse(JSON.parse(told))
        if (!event.success) throw new Error(`the job was not posted: ${told}`)
        onEvent(event.data)
      }
      await exit
    },
    peersOf: async (machine) => {
      const told = await ask(machine, main, 'peers', ...named(machine), '--json')
      return told
        .split('\n')
        .filter((line) => line.startsWith('{"peer"'))
        .map((line) => PeerView.parse(JSON.parse(line)))
    },
    balances: async () => {
      const found = (await onChain('condenser_api.get_accounts', [Object.values(accounts)])) as {
        readonly name: string
        readonly hbd_balance: string
      }[]
      return new Map(
        found.map(({ name, hbd_balance }) => [name, BigInt(hbd_balance.replace(/\D/g, ''))]),
      )
    },
    blocks: async (count) => {
      const last = (await height()) + count
      while ((await height()) < last);
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
  await untilMet(market)
  const stack = starting.move()
  return market
}

/** Whoever has an address tells it; the others are found through the relay. */
function reachOf(internet: Internet, machine: keyof typeof accounts): readonly string[] {
  const reach = ['--reach', 'anywhere', '--agent-port', 'off']
  if (machine !== 'hub') return [...reach, '--listen', '/ip4/0.0.0.0/tcp/4001']
  const place = `/ip4/${internet.addressOf('hub')}/tcp/4001`
  return [...reach, '--role', 'relay', '--listen', place, '--announce', place]
}

async function launch(
  internet: Internet,
  machine: Machine,
  { args, environment, log: file }: ChildSpec,
): Promise<AsyncDisposable & { readonly url: string }> {
  const log = openSync(file, 'a')
  const line = [...internet.on(machine), process.execPath, main, ...args(null)]
  const [command = '', ...words] = line
  const child = spawn(command, words, {
    stdio: ['ignore', log, log, 'ipc'],
    env: childEnvironment({ ...environment, SPK_LOG_LEVEL: 'debug' }),
  })
  closeSync(log)
  const exit = once(child, 'exit')
  const up = new Promise<string>((resolve, reject) => {
    child.on('message', (message) => resolve((message as { readonly url: string }).url))
    exit.then(
      async () =>
        reject(new Error(`${machine} ended:\n${(await readFile(file, 'utf8')).slice(-2_000)}`)),
      reject,
    )
  })
  return {
    url: await up,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGTERM')
      await exit
    },
  }
}

/** Creator and encoder, neither of which can be dialled, are connected. */
async function untilMet(market: HiddenMarket): Promise<void> {
  const met = async (machine: 'creator' | 'encoder', other: string): Promise<boolean> => {
    const names = (await market.peersOf(machine)).map(({ account }) => account as string | null)
    return names.includes(other) && names.includes(accounts.hub)
  }
  while (!((await met('creator', accounts.encoder)) && (await met('encoder', accounts.creator))));
}
