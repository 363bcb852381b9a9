import { readFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { z } from 'zod'
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
import { tokenFile } from '../control/control-files.ts'
import type { AddFlags, AgentFlags, StatusFlags } from './agent.ts'
import { explain } from './explain.ts'
import { findRunning } from './running-node.ts'

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

async function openAgent(flags: AgentFlags): Promise<Client> {
  const absent = 'No desktop agent runs'
  const { url, directory } = await findRunning(flags, { urlFile: agentUrlFile, absent })
  const token = await readFile(join(directory, tokenFile), 'utf8')
  return createClient({ url, headers: () => ({ authorization: `Bearer ${token.trim()}` }) })
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
