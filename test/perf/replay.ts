import { foldBlocks } from '#contracts/fold.ts'
import { sha256 } from '#node/sha256.ts'
import { genesis, testNetwork } from '#test/support/test-chain.ts'
import { busyMarket } from './busy-market.ts'

const network = { ...testNetwork, sha256 }
const blocks = [...busyMarket({ blocks: 4_000, jobsPerBlock: 5 })]
const operations = blocks.reduce((sum, block) => sum + block.operations.length, 0)
for (let run = 0; run < 3; run += 1) {
  let ledger = genesis()
  let refused = 0
  const began = performance.now()
  for (let start = 0; start < blocks.length; start += 100) {
    const folded = foldBlocks(ledger, blocks.slice(start, start + 100), network)
    ledger = folded.ledger
    refused += folded.records.filter(({ refusal }) => refusal !== null).length
  }
  const seconds = (performance.now() - began) / 1000
  console.log({
    operations,
    refused,
    jobs: ledger.jobs.size,
    seconds,
    perSecond: Math.round(operations / seconds),
  })
}
