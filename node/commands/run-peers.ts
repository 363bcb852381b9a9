import { join } from 'node:path'
import { createLogUpdate } from 'log-update'
import type { PeerView } from '#protocol/api/peers.ts'
import { CallError } from '#protocol/client.ts'
import { pause } from '../chain/hive-rpc.ts'
import type { ControlClient } from '../control/control-client.ts'
import { createControlClient } from '../control/control-client.ts'
import { controlUrlFile, tokenFile } from '../control/control-files.ts'
import { createPalette } from '../supervisor/palette.ts'
import { explain } from './explain.ts'
import { peerLines } from './peer-lines.ts'
import type { PeersFlags } from './peers.ts'
import { findRunning } from './running-node.ts'

const everyMs = 1_000

/** Shows a node's peers, once or again and again. */
export async function runPeers(flags: PeersFlags): Promise<void> {
  try {
    const absent = `No node of @${flags.account} runs`
    const { url, directory } = await findRunning(flags, { urlFile: controlUrlFile, absent })
    const control = await createControlClient(url, join(directory, tokenFile))
    if (flags.watch) await watch(control, flags)
    else for (const line of linesOf(await control.peers(), flags)) print(line)
  } catch (error) {
    const { code, message } = error instanceof CallError ? error : explain(error)
    if (flags.json) print(JSON.stringify({ error: { code, message } }))
    else process.stderr.write(`${code}: ${message}\n`)
    process.exitCode = 1
  }
}

async function watch(control: ControlClient, flags: PeersFlags): Promise<void> {
  const leaving = new AbortController()
  const leave = (): void => leaving.abort()
  process.once('SIGINT', leave)
  const picture = process.stdout.isTTY && !flags.json ? createLogUpdate(process.stdout) : null
  while (!leaving.signal.aborted) {
    const peers = await control.peers()
    if (picture) picture(linesOf(peers, flags).join('\n'))
    else print(flags.json ? JSON.stringify({ peers }) : linesOf(peers, flags).join('\n'))
    await pause(everyMs, leaving.signal)
  }
  picture?.done()
  process.removeListener('SIGINT', leave)
}

function linesOf(peers: readonly PeerView[], { json }: PeersFlags): readonly string[] {
  if (json) return peers.map((peer) => JSON.stringify(peer))
  return peerLines(peers, { now: Date.now(), paint: createPalette(process.stdout) })
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
