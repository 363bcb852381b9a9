import { useEffect, useRef, useState } from 'react'
import { joinRoute } from '#protocol/api/join.ts'
import { callServer } from '#ui/shared/session.ts'
import type { Heard } from './heard.ts'
import type { TabPeer } from './tab-peer.ts'

/**
 *   out -> joining -> in -> out        whoever looks leaves
 *          joining -> failed           nobody answers, or the server's peer does not listen for pages
 *                     in -> failed     the connection broke
 */
type JoinState =
  | { readonly phase: 'out' | 'joining' }
  | { readonly phase: 'in'; readonly peer: TabPeer; readonly heard: Heard | null }
  | { readonly phase: 'failed'; readonly message: string }

export type Join = {
  readonly state: JoinState
  readonly join: () => Promise<void>
  readonly leave: () => void
}

const patienceMs = 20_000

/** Lets this tab be a peer of the market, for as long as the page is open. What it takes is loaded for it. */
export function useJoin(): Join {
  const [state, setState] = useState<JoinState>({ phase: 'out' })
  const left = useRef<AbortController | null>(null)
  useEffect(() => () => left.current?.abort(), [])

  const join = async (): Promise<void> => {
    const leaving = new AbortController()
    left.current = leaving
    const say = (next: JoinState): void => {
      if (!leaving.signal.aborted) setState(next)
    }
    const fail = (message: string): void => say({ phase: 'failed', message })
    setState({ phase: 'joining' })
    try {
      const [{ joinMarket }, { operationId, addresses }] = await Promise.all([
        import('./tab-peer.ts'),
        callServer(joinRoute, {}),
      ])
      if (addresses.length === 0) {
        fail('This server’s peer does not listen for browsers.')
        return
      }
      let heard: Heard | null = null
      let peer: TabPeer | null = null
      const tell = (): void => {
        if (peer) say({ phase: 'in', peer, heard })
      }
      peer = await joinMarket({
        ...{ operationId, addresses },
        signal: AbortSignal.any([leaving.signal, AbortSignal.timeout(patienceMs)]),
        onHeard: (now) => {
          heard = now
          tell()
        },
        onLost: () => {
          fail('The connection to the server’s peer broke.')
          leaving.abort()
        },
      })
      const { leave } = peer
      leaving.signal.addEventListener('abort', () => void leave())
      if (leaving.signal.aborted) await leave()
      tell()
    } catch (error) {
      fail(error instanceof Error ? error.message : String(error))
    }
  }

  return {
    state,
    join,
    leave: () => {
      left.current?.abort()
      setState({ phase: 'out' })
    },
  }
}
