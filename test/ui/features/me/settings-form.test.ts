import { expect, test } from 'vitest'
import type { Settings } from '#protocol/api/settings.ts'
import { alice, bob, hbd } from '#test/support/builders.ts'
import { formOf, readForm } from '#ui/features/me/settings-form.ts'

const settings: Settings = {
  ...{ tiers: ['agent', 'community'], qualities: ['720p', '480p'], budget: hbd(1_500n) },
  ...{ arbiters: [alice, bob], awardLimit: null, releaseLimit: hbd(0n) },
  webhookUrl: 'https://alice.example/hook',
  ...{ agentWaitSeconds: 120, browserWaitSeconds: 60, bidWaitSeconds: 300 },
  signatureWaitSeconds: 3_600,
}

test('a form that nobody has touched says the same settings', () => {
  expect(readForm(formOf(settings))).toEqual({ settings })
})

test('amounts and names are taken as people write them', () => {
  const form = formOf(settings)
  const said = {
    ...form,
    budget: '0,5',
    awardLimit: '2 HBD',
    releaseLimit: ' ',
    arbiters: '@Bob, alice',
  }
  expect(readForm(said).settings).toMatchObject({
    ...{ budget: 500n, awardLimit: 2_000n, releaseLimit: null, arbiters: ['bob', 'alice'] },
  })
  expect(readForm({ ...form, webhookUrl: '  ' }).settings?.webhookUrl).toBeNull()
})

test('what the server would refuse is told of at its field, and nothing else is', () => {
  const form = formOf(settings)
  const faultsOf = (change: object) => Object.keys(readForm({ ...form, ...change }).faults ?? {})
  expect(faultsOf({ budget: '1.2345' })).toEqual(['budget'])
  expect(faultsOf({ awardLimit: 'much' })).toEqual(['awardLimit'])
  expect(faultsOf({ arbiters: 'alice alice' })).toEqual(['arbiters'])
  expect(faultsOf({ tiers: [] })).toEqual(['tiers'])
  expect(faultsOf({ webhookUrl: 'ftp://x' })).toEqual(['webhookUrl'])
  expect(faultsOf({ bidWaitSeconds: '', signatureWaitSeconds: '59' })).toEqual([
    'bidWaitSeconds',
    'signatureWaitSeconds',
  ])
})
