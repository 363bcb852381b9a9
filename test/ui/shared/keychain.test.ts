import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { alice, bob } from '#test/support/builders.ts'
import type { KeychainDouble } from '#test/support/keychain-double.ts'
import { createKeychainDouble } from '#test/support/keychain-double.ts'
import { createKeychainSigner } from '#ui/shared/keychain.ts'
import type { Signer } from '#ui/shared/signer.ts'
import type { WalletRequests } from '#ui/shared/wallet-requests.ts'
import { createWalletRequests } from '#ui/shared/wallet-requests.ts'

const signature = '1f'.padEnd(130, '0')
const offer = [['custom_json', { id: 'spk-encoder-dev', json: '{}' }]] as const
const taken = { id: 'a1', tx_id: 'a1', confirmed: false }

let keychain: KeychainDouble
let requests: WalletRequests
let signer: Signer

beforeEach(() => {
  vi.useFakeTimers()
  keychain = createKeychainDouble(['alice'])
  requests = createWalletRequests({ slowMs: 1_000, giveUpMs: 10_000 })
  signer = createKeychainSigner(requests, async () => keychain.hive_keychain)
})
afterEach(() => {
  vi.useRealTimers()
})

/** Lets everything happen that needs no time. */
const settle = () => vi.advanceTimersByTimeAsync(0)

const broadcast = () => signer.signOperations(alice, [[...offer[0]]], 'posting')

test('a text is signed by the posting key, and operations by the key they need', async () => {
  const text = signer.signMessage(alice, 'a challenge')
  await settle()
  keychain.confirm(signature)
  expect(await text).toBe(signature)
  const sent = signer.signOperations(alice, [['escrow_transfer', {}], [...offer[0]]], 'active')
  await settle()
  expect(requests.open()).toMatchObject([
    { title: 'Sign escrow transfer and custom json with the active key of @alice' },
  ])
  keychain.confirm(taken)
  expect(await sent).toEqual({ transaction: 'a1' })
  expect(keychain.shown).toMatchObject([
    { type: 'signBuffer', username: 'alice', method: 'Posting', message: 'a challenge' },
    { type: 'broadcast', username: 'alice', method: 'Active' },
  ])
})

test('requests take turns, so that none is ignored for another', async () => {
  const first = broadcast()
  const second = broadcast()
  await settle()
  expect(requests.open().map(({ phase }) => phase)).toEqual(['asked', 'waiting'])
  expect(keychain.shown).toHaveLength(1)
  keychain.confirm(taken)
  await first
  await settle()
  expect(keychain.shown).toHaveLength(2)
  keychain.confirm({ ...taken, tx_id: 'b2' })
  expect(await second).toEqual({ transaction: 'b2' })
  expect(requests.open()).toEqual([])
})

test('one that fails is followed by the next all the same', async () => {
  const first = broadcast()
  const second = broadcast()
  first.catch(() => undefined)
  await settle()
  keychain.cancel()
  await expect(first).rejects.toMatchObject({ code: 'cancelled' })
  await settle()
  keychain.confirm(taken)
  expect(await second).toEqual({ transaction: 'a1' })
})

test('an extension that is not there is explained', async () => {
  const none = createKeychainSigner(requests, async () => null)
  await expect(none.signMessage(alice, 'text')).rejects.toMatchObject({
    code: 'absent',
    message: expect.stringContaining('Install it'),
  })
})

test('no in the wallet is told with what may be behind it, as is an account that it does not know', async () => {
  const sent = signer.signOperations(bob, [[...offer[0]]], 'posting')
  sent.catch(() => undefined)
  await settle()
  keychain.cancel()
  await expect(sent).rejects.toMatchObject({
    code: 'cancelled',
    message: expect.stringContaining('does not know @bob'),
  })
})

test('a signature of another account counts for nothing', async () => {
  const text = signer.signMessage(alice, 'text')
  text.catch(() => undefined)
  await settle()
  keychain.confirm(signature, 'mallory')
  await expect(text).rejects.toMatchObject({ code: 'wrong-account' })
})

test('what the wallet refuses at once is told in its own words', async () => {
  const sent = broadcast()
  sent.catch(() => undefined)
  await settle()
  keychain.fail('incomplete', '"operations" must be an array')
  await expect(sent).rejects.toMatchObject({ code: 'refused', message: /must be an array/ })
})

test('an answer that is no signature, or names no transaction, is not taken for one', async () => {
  for (const send of [() => signer.signMessage(alice, 'text'), broadcast]) {
    const sent = send()
    sent.catch(() => undefined)
    await settle()
    keychain.confirm(null)
    await expect(sent).rejects.toMatchObject({ code: 'refused' })
  }
})

test('silence is told after a while, and given up after a long one; the next request has its turn then', async () => {
  const sent = broadcast()
  sent.catch(() => undefined)
  const next = broadcast()
  await vi.advanceTimersByTimeAsync(1_000)
  expect(requests.open()).toMatchObject([{ phase: 'slow' }, { phase: 'waiting' }])
  await vi.advanceTimersByTimeAsync(9_000)
  await expect(sent).rejects.toMatchObject({ code: 'timeout' })
  await settle()
  // The window of the first is still open: what it answers now is nobody's any more.
  keychain.confirm(taken)
  expect(await next).toEqual({ transaction: 'a1' })
})

test('who waits may stop waiting, in the first place or behind it', async () => {
  const told: string[] = []
  const unsubscribe = requests.subscribe(() =>
    told.push(
      requests
        .open()
        .map(({ phase }) => phase)
        .join(),
    ),
  )
  const first = broadcast()
  const second = broadcast()
  for (const each of [first, second]) each.catch(() => undefined)
  await settle()
  requests.open()[1]?.cancel()
  await expect(second).rejects.toMatchObject({ code: 'cancelled' })
  requests.open()[0]?.cancel()
  await expect(first).rejects.toMatchObject({ code: 'cancelled' })
  expect(requests.open()).toEqual([])
  expect(told).toEqual(expect.arrayContaining(['asked,waiting', 'asked', '']))
  expect(keychain.shown).toHaveLength(1)
  unsubscribe()
})
