import { expect, test } from 'vitest'
import { peerLines } from '#node/commands/peer-lines.ts'
import type { PeerView } from '#protocol/api/peers.ts'
import { bob, peerId } from '#test/support/builders.ts'

const plain = (text: string): string => text
const paint = { good: plain, bad: (text: string) => `!${text}`, strong: plain, dim: plain }
const since = 1_767_225_600_000
const peer: PeerView = {
  ...{ peer: peerId('bob'), account: bob, roles: ['encoder', 'relay'], way: 'direct' },
  ...{ address: '/ip4/127.0.0.1/tcp/1', direction: 'outbound', latencyMs: 12.4, score: 0.51 },
  ...{ topics: ['offers', 'bids'], bytesIn: 0, bytesOut: 12_345_678, since },
}

test('each peer is a line below the head, figures flush right', () => {
  const stranger: PeerView = { ...peer, account: null, roles: [], way: 'relayed', latencyMs: null }
  const [head, ...lines] = peerLines([peer, stranger], { now: since + 125_000, paint })
  expect(head?.split(/ {2,}/)).toEqual([
    'ACCOUNT',
    'ROLES',
    'WAY',
    'MS',
    'SCORE',
    'TOPICS',
    'IN',
    'OUT',
    'FOR',
    'PEER',
  ])
  const told = ['12', '0.5', 'offers,bids', '0 B', '12.3 MB', '2 min', peer.peer]
  expect(lines[0]?.split(/ {2,}/)).toEqual(['@bob', 'encoder,relay', 'direct out', ...told])
  expect(lines[1]?.split(/ {2,}/).slice(0, 4)).toEqual(['-', '-', 'relayed out', '-'])
  expect(lines[0]?.indexOf('12.3 MB')).toBe(lines[1]?.indexOf('12.3 MB'))
})

test('one that has sent what was refused stands out', () => {
  const [, line] = peerLines([{ ...peer, score: -12 }], { now: since, paint })
  expect(line).toMatch(/^!@bob/)
})

test('a node that is connected to nobody says so', () => {
  expect(peerLines([], { now: since, paint })).toEqual(['This node is connected to nobody.'])
})
