import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Score } from '#contracts/reputation.ts'
import { scoreOf } from '#contracts/reputation.ts'
import type { HiveAccount } from '#protocol/ids.ts'
import { bob, height } from '#test/support/builders.ts'
import type { Ring } from '#test/support/self-dealing.ts'
import {
  costOf,
  costs,
  creditAt,
  gainOf,
  knownRings,
  ledgerOf,
  strangers,
} from '#test/support/self-dealing.ts'
import { settledHeight } from '#test/support/settled-jobs.ts'

/**
 * What every known way of dealing with oneself gains, what it costs, and what as many strangers give who pay as much. Exact and
 * the same on every machine; kept in REPUTATION.md. Fails when one of them pays.
 *
 *   npm run bench:reputation
 */
const amounts = [1_000n, 20_000n, 400_000n]
const header =
  '| who | accounts | best score (band) | credit of the best | credit of all | cost | credit of all / cost | strangers: score (band) | strangers: credit |'

function row({ name, ring }: { readonly name: string; readonly ring: Ring }): string {
  const { best, all, winner, ledger } = gainOf(ring)
  const money = ring.deals.reduce((sum, { price }) => sum + price, 0n)
  const honest = ledgerOf(strangers(ring.accounts, money / BigInt(ring.accounts), bob))
  const cost = costOf(ring)
  const honestCredit = creditAt(honest, bob)
  if (all >= cost) throw new Error(`${name} pays: ${all} for ${cost}`)
  if (best >= honestCredit) throw new Error(`${name} gain ${best}, strangers give ${honestCredit}`)
  const cells = [
    name,
    ring.accounts.toLocaleString('en'),
    scoreText(scoreIn(ledger, winner)),
    hbdText(best),
    hbdText(all),
    hbdText(cost),
    (all / cost).toFixed(2),
    scoreText(scoreIn(honest, bob)),
    hbdText(honestCredit),
  ]
  return `| ${cells.join(' | ')} |`
}

function scoreIn(ledger: Parameters<typeof scoreOf>[0], account: HiveAccount): Score {
  return scoreOf(ledger, account, 'encoder', height(settledHeight))
}

function scoreText({ score, low, high }: Score): string {
  return `${score} (${low}–${high})`
}

function hbdText(milli: number): string {
  return (milli / 1_000).toFixed(3)
}

function sectionOf(money: bigint): string {
  const rings = knownRings(money).filter(
    ({ ring }) => BigInt(Math.max(ring.accounts, ring.deals.length)) <= money,
  )
  const rule = `|${'---|'.repeat(header.split('|').length - 2)}`
  return [
    `## ${Number(money) / 1_000} HBD going round in a half-life`,
    '',
    header,
    rule,
    ...rings.map(row),
  ].join('\n')
}

const text = `# Self-dealing

Made by \`npm run bench:reputation\`; the model is told in \`contracts/reputation.md\`. Money in HBD. A ring owns its arbiter unless
it says otherwise, so that its fees come back to it; what it cannot get back is ${costs.accountHive} HIVE for each account, at ${costs.hbdPerHive} HBD each, the fees of
a hired arbiter, and ${costs.interestPerYear * 100} % a year of what stands in escrows. The strangers are as many as the ring has accounts, pay one encoder
as much as goes round in the ring, and spend as much on others.

${amounts.map(sectionOf).join('\n\n')}
`
writeFileSync(fileURLToPath(new URL('REPUTATION.md', import.meta.url)), text)
process.stdout.write(text)
