import { join } from 'node:path'
import type { PeerId } from '#protocol/ids.ts'
import { peerId } from '../builders.ts'
import type { Role } from '../participant.ts'
import { roleOf } from '../participant.ts'
import type { MortalProcess } from './mortal-process.ts'
import { createMortalProcess } from './mortal-process.ts'
import type { FromNode, NodeStart, ToNode } from './questions.ts'

/** A node that dies and starts again; its database outlives it. */
export type NodeProcess = MortalProcess<ToNode> & {
  readonly role: Role
  readonly peer: PeerId
}

const main = join(import.meta.dirname, 'node-main.ts')

export function createNodeProcess(
  start: NodeStart,
  { home, answer }: { readonly home: string; readonly answer: (question: FromNode) => unknown },
): NodeProcess {
  const { name } = start
  const process = createMortalProcess<ToNode, FromNode>({
    name,
    main,
    start: () => start,
    home,
    answer,
  })
  return { ...process, role: roleOf(name), peer: peerId(name) }
}
