import { expect, test } from 'vitest'
import { createDevelopmentSigner } from '#node/development-signer.ts'
import { networks } from '#node/networks.ts'
import { alice } from '#test/support/builders.ts'

const deps = { rpc: { endpoints: [] }, chain: { at: async () => null } }

test('there is a development signer on the development chain, and on no other', () => {
  const { devchain, mainnet } = networks
  const accounts = [alice]
  expect(createDevelopmentSigner(deps, { network: devchain, accounts }).accounts).toEqual(accounts)
  const others = [mainnet, { ...devchain, chainId: mainnet.chainId }, { ...devchain, isReal: true }]
  for (const network of others)
    expect(() => createDevelopmentSigner(deps, { network, accounts })).toThrow(/development chain/)
})
