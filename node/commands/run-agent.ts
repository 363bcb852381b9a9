import { readFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { z } from 'zod'
import { MarketError } from '#market/errors.ts'
import type { PairingCode } from '#protocol/api/desktop.ts'
import {
  addFileRoute,
  decidePairingRoute,
  OwnerStatus,
  openPageRoute,
  ownerStatusRoute,
  pauseRoute,
} from '#protocol/api/desktop-owner.ts'
import type { Client } from '#protocol/client.ts'
import { CallError, createClient } from '#protocol/client.ts'
import { agentUrlFile } from '../agent/agent-server.ts'
import { readEnvironment } from '../config.ts'
import { tokenFile } from '../control/token.ts'
import { defaultDataPath, openDataDirectory } from '../data-directory.ts'
import type { AddFlags, AgentFlags, StatusFlags } from './agent.ts'
import { explain } from './explain.ts'

export async function runStatus(flags: StatusFlags): Promise<void> {
  await ask(flags, async (agent) => {
    const status = await agent(ownerStatusRoute, {})
    return flags.json ? JSON.stringify(z.encode(OwnerStatus, status)) : describe(status)
  })
}

export async function runOpen(flags: AgentFlags): Promise<void> {
  await ask(flags, async (agent) => (await agent(openPageRoute, {})).url)
}

export async function runDecide(
  code: PairingCode,
  allow: boolean,
  flags: AgentFlags,
): Promise<void> {
  await ask(flags, async (agent) => {
    const { origin } = await agent(decidePairingRoute, { params: { code }, body: { allow } })
    return allow ? `${origin} is let in.` : `${origin} stays outside.`
  })
}

export async function runPause(paused: boolean, flags: AgentFlags): Promise<void> {
  await ask(flags, async (agent) => {
    await agent(pauseRoute, { body: { paused } })
    return paused ? 'Paused: it takes no further jobs.' : 'It takes jobs again.'
  })
}

export async function runAdd(
  file: string,
  { permlink = basename(file), quality, ...flags }: AddFlags,
): Promise<void> {
  await ask(flags, async (agent) => {
    const qualities = quality ? { qualities: quality } : {}
    const body = { path: resolve(file), permlink, ...qualities }
    const { jobId } = await agent(addFileRoute, { body })
    return jobId
  })
}

async function ask(flags: AgentFlags, question: (agent: Client) => Promise<string>): Promise<void> {
  try {
    process.stdout.write(`${await question(await openAgent(flags))}\n`)
  } catch (error) {
    const { code, message } = error instanceof CallError ? error : explain(error)
    process.stderr.write(`${code}: ${message}\n`)
    process.exitCode = 1
  }
}

async function openAgent({ account, data }: AgentFlags): Promise<Client> {
  const { settings } = readEnvironment()
  const directory = resolve(data ?? defaultDataPath(account, settings.dataBase))
  const [url, token] = await Promise.all(
    [agentUrlFile, tokenFile].map((name) => readFile(join(directory, name), 'utf8')),
  ).catch((cause: unknown) => {
    throw noAgent(directory, cause)
  })
  requireRunning(directory)
  const headers = { authorization: `Bearer ${token?.trim()}` }
  return createClient({ url: url?.trim() ?? '', headers: () => headers })
}

/** A node that runs has its directory locked; the address that one has left behind may be anybody's by now, and gets no token. */
function requireRunning(directory: string): void {
  try {
    openDataDirectory(directory, { freeBytes: 0 })[Symbol.dispose]()
  } catch (error) {
    if (error instanceof MarketError && error.code === 'data-locked') return
    throw error
  }
  throw noAgent(directory)
}

function noAgent(directory: string, cause?: unknown): MarketError {
  return new MarketError(
    'peer-unreachable',
    `No desktop agent runs in ${directory}; start it with spk-encoder node --role creator.`,
    {},
    { cause },
  )
}

function describe({ health, account, obstacle, work, queued, pairings }: OwnerStatus): string {
  const state = obstacle === null ? health.status : `${health.status}, ${obstacle}`
  return [
    `@${account}: ${state}`,
    ...(work
      ? [`  ${work.permlink}: ${work.stage} ${work.percent} %, ${work.overall} % of all`]
      : []),
    ...(queued > 0 ? [`  ${queued} in its own queue`] : []),
    ...pairings.map(({ code, origin }) => `  ${origin} asks to be paired: ${code}`),
  ].join('\n')
}
