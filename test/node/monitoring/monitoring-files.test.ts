import { readFile } from 'node:fs/promises'
import { expect, test, vi } from 'vitest'
import { alertLimits } from '#market/domain/alert-rules.ts'
import { createMetrics } from '#node/metrics.ts'
import { calmSources } from '#test/support/monitoring.ts'
import { aRecordingLogger } from '#test/support/recording-logger.ts'

const read = (name: string): Promise<string> =>
  readFile(new URL(`../../../node/monitoring/${name}`, import.meta.url), 'utf8')
const rules = await read('alert-rules.yml')
const dashboard = await read('grafana-dashboard.json')
const readme = await read('README.md')

/** Names and labels of all that an indexer tells when everything has happened once. */
async function exported() {
  const { sources } = calmSources()
  const payouts = vi.fn(sources.payouts).mockRejectedValueOnce(new Error('connection lost'))
  const metrics = createMetrics(
    { sources: { ...sources, payouts }, logger: aRecordingLogger() },
    { version: '1.2.3' },
  )
  await metrics.text()
  metrics.request({ method: 'GET', route: '/', status: 200, seconds: 1 })
  metrics.claim('agent', 'leased')
  const call = { type: 'unanswered', reason: 'too-slow', latencyMs: 1 } as const
  metrics.webhookTry(call, { phase: 'dead' })
  const text = await metrics.text()
  const names = [...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name = '']) => name)
  const series = [...text.matchAll(/^(\w+)(?:\{(.*)\})? /gm)].map(([, name, labels = '']) => ({
    name,
    labels: [...labels.matchAll(/(\w+)="/g)].map(([, label = '']) => label),
  }))
  return { names, series }
}

const { names, series } = await exported()
const familyOf = (name: string): string =>
  names.includes(name) ? name : name.replace(/_(bucket|count|sum)$/, '')
const namesIn = (text: string): readonly string[] => [
  ...new Set([...text.matchAll(/\bspk_encoder_\w*[a-z0-9]/g)].map(([name]) => name)),
]

test.each([
  ['the rules', rules, 8],
  ['the dashboard', dashboard, 15],
  ['the table of metrics', readme.replace(/`spk_encoder_(process|nodejs)_…`/g, ''), 14],
])('%s name metrics that an indexer has', (_, text, atLeast) => {
  const named = namesIn(text)
  expect(named.length).toBeGreaterThanOrEqual(atLeast)
  expect(named.filter((name) => !names.includes(familyOf(name)))).toEqual([])
})

test('rules and dashboard group by labels that the metrics have', () => {
  const expressions = [
    ...[...rules.matchAll(/expr: (.*)$/gm)].map(([, expression = '']) => expression),
    ...JSON.parse(dashboard).panels.flatMap(({ targets }: { targets: { expr: string }[] }) =>
      targets.map(({ expr }) => expr),
    ),
  ]
  for (const expression of expressions) {
    const [name = ''] = namesIn(expression)
    const family = familyOf(name)
    const known = series.filter((each) => familyOf(each.name ?? '') === family)
    const labels = new Set(['instance', 'le', ...known.flatMap((each) => each.labels)])
    const grouped = [...expression.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list = '']) =>
      list.split(', '),
    )
    const picked = [...expression.matchAll(/(\w+)=~?"/g)].map(([, label = '']) => label)
    const unknown = [...grouped, ...picked].filter((label) => !labels.has(label))
    expect({ expression, unknown }).toEqual({ expression, unknown: [] })
  }
})

test('the table tells of every metric that is not of the process', () => {
  const own = names.filter((name) => !/^spk_encoder_(process|nodejs)_/.test(name))
  expect(own.filter((name) => !readme.includes(`| \`${name}\` |`))).toEqual([])
})

test('the rules have the limits by which an indexer alerts by itself', () => {
  const limitOf = (alert: string): number => {
    const [, limit] = new RegExp(`alert: ${alert}\\n\\s+expr: .* [<>] (\\d+)\\n`).exec(rules) ?? []
    return Number(limit)
  }
  expect({
    'queue-age': limitOf('SpkEncoderQueueAge'),
    'lease-losses': limitOf('SpkEncoderLeaseLosses'),
    'head-lag': limitOf('SpkEncoderHeadLag'),
    'failed-payouts': limitOf('SpkEncoderFailedPayouts'),
    'disk-free': limitOf('SpkEncoderDiskFree'),
  }).toEqual(
    Object.fromEntries(Object.entries(alertLimits).map(([name, { limit }]) => [name, limit])),
  )
})
