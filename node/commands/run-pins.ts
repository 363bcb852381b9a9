import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PinGroup, TreeCheck, TreeRepair } from '#protocol/api/pins.ts'
import {
  collectPinsRoute,
  listPinsRoute,
  repairPinsRoute,
  verifyPinsRoute,
} from '#protocol/api/pins.ts'
import type { Client } from '#protocol/client.ts'
import { CallError, createClient } from '#protocol/client.ts'
import { controlUrlFile, tokenFile } from '../control/control-files.ts'
import { formatBytes } from '../supervisor/format.ts'
import { explain } from './explain.ts'
import type { PinsFlags, VerifyFlags } from './pins.ts'
import { findRunning } from './running-node.ts'

/** Prints what is kept, the groups with most bytes first. */
export async function runList(flags: PinsFlags): Promise<void> {
  await ask(flags, async (call) => {
    const { groups, banned } = await call(listPinsRoute, {})
    const sorted = groups.toSorted((left, right) => right.bytes - left.bytes)
    if (flags.json) {
      for (const group of sorted) print(JSON.stringify(group))
      for (const ban of banned) print(JSON.stringify({ banned: ban }))
      return true
    }
    for (const group of sorted) print(groupLine(group))
    if (sorted.length === 0) print('Nothing is kept.')
    for (const { provider, until } of banned)
      print(`banned until ${new Date(until).toISOString()}: ${provider}`)
    return true
  })
}

/** Prints what was found of each finished tree; the exit code is 1 where anything is faulty. */
export async function runVerify(flags: VerifyFlags): Promise<void> {
  await ask(flags, async (call) => {
    const { trees } = await call(verifyPinsRoute, { body: { samples: flags.samples } })
    for (const tree of trees) print(flags.json ? JSON.stringify(tree) : checkLine(tree))
    if (trees.length === 0 && !flags.json) print('No finished tree is kept here.')
    return trees.every(
      ({ own, replicas }) => own.faulty === 0 && replicas.every(({ faulty }) => faulty === 0),
    )
  })
}

/** Prints what was done for each finished tree; the exit code is 1 where one is still lacking. */
export async function runRepair(flags: PinsFlags): Promise<void> {
  await ask(flags, async (call) => {
    const { trees } = await call(repairPinsRoute, { body: {} })
    for (const tree of trees) print(flags.json ? JSON.stringify(tree) : repairLine(tree))
    if (trees.length === 0 && !flags.json) print('No finished tree is kept here.')
    return trees.every(({ state }) => state !== 'lacking')
  })
}

/** Prints how many blocks were removed; the exit code is 1 where it could not be told what is garbage. */
export async function runCollect(flags: PinsFlags): Promise<void> {
  await ask(flags, async (call) => {
    const collected = await call(collectPinsRoute, { body: {} })
    const { removed, unknown } = collected
    if (flags.json) print(JSON.stringify(collected))
    else if (unknown.length === 0) print(`${removed} blocks removed.`)
    else
      print(`Nothing removed: ${unknown.length} kept directories are not whole; run pins repair.`)
    return unknown.length === 0
  })
}

function groupLine({ owner, ids, bytes, missing, until }: PinGroup): string {
  const lacking = missing === 0 ? '' : `, ${missing} of them missing`
  const end = until === undefined ? '' : `, until ${new Date(until).toISOString().slice(0, 10)}`
  return `${owner}  ${formatBytes(bytes)} below ${ids} ids${lacking}${end}`
}

function checkLine({ job, own, replicas }: TreeCheck): string {
  const places = [
    { place: 'here', ...own },
    ...replicas.map(({ gateway, ...found }) => ({ place: `@${gateway}`, ...found })),
  ]
  const found = places.map(
    ({ place, looked, faulty }) => `${place} ${looked - faulty} of ${looked} sound`,
  )
  return `${job}  ${found.join(', ')}`
}

function repairLine({ job, state, replicas }: TreeRepair): string {
  const kept = replicas ? `, kept by ${replicas.kept.length} of ${replicas.wanted} peers` : ''
  return `${job}  ${state}${kept}`
}

/** Asks the node that runs; `question` resolves to whether all is well. */
async function ask(flags: PinsFlags, question: (call: Client) => Promise<boolean>): Promise<void> {
  try {
    const absent = `No node of @${flags.account} runs`
    const { url, directory } = await findRunning(flags, { urlFile: controlUrlFile, absent })
    const token = (await readFile(join(directory, tokenFile), 'utf8')).trim()
    const call = createClient({ url, headers: () => ({ authorization: `Bearer ${token}` }) })
    if (!(await question(call))) process.exitCode = 1
  } catch (error) {
    const { code, message } = error instanceof CallError ? error : explain(error)
    if (flags.json) print(JSON.stringify({ error: { code, message } }))
    else process.stderr.write(`${code}: ${message}\n`)
    process.exitCode = 1
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
