import { z } from 'zod'
import { Multiaddr } from '../ids.ts'
import { defineRoute } from '../route.ts'
import { noBody, none } from './paging.ts'

export const joinRoute = defineRoute({
  method: 'GET',
  path: '/api/encoding/network/join',
  summary: 'Where a page can dial this server’s peer by WebSocket, to hear the market’s gossip.',
  params: none,
  body: noBody,
  reply: z.strictObject({
    /** Id of the market's custom_json, which names its topics. */
    operationId: z.string(),
    /** Each with the peer's id at its end; none where the server's peer does not listen for pages. */
    addresses: z.array(Multiaddr).readonly(),
  }),
})
