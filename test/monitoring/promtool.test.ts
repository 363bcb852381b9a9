import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { makeFolder } from '../support/ffmpeg.ts'

const run = promisify(execFile)
const rules = fileURLToPath(new URL('../../node/monitoring/alert-rules.yml', import.meta.url))
const dashboard = new URL('../../node/monitoring/grafana-dashboard.json', import.meta.url)
const cases = fileURLToPath(new URL('alert-rules.test.yml', import.meta.url))

/** What Prometheus says of the rules. Rejects with its words, or with how to get it. */
async function promtool(...args: readonly string[]): Promise<string> {
  try {
    const { stdout, stderr } = await run('promtool', args)
    return stdout + stderr
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      throw new Error('promtool is not there; Debian has it in the package prometheus', {
        cause: error,
      })
    throw error
  }
}

test('Prometheus takes the rules', async () => {
  expect(await promtool('check', 'rules', rules)).toContain('8 rules found')
})

test('each rule fires when it should, and only then', async () => {
  const alerts = [...(await readFile(rules, 'utf8')).matchAll(/alert: (\w+)/g)].map(
    ([, name]) => name,
  )
  const tried = await readFile(cases, 'utf8')
  for (const alert of alerts) {
    const told = tried.split(`alertname: ${alert}\n`).slice(1)
    expect(told.filter((text) => /^\s+exp_alerts: \[\]/.test(text)).length).toBeGreaterThan(0)
    expect(told.filter((text) => /^\s+exp_alerts:\n/.test(text)).length).toBeGreaterThan(0)
  }
  expect(await promtool('test', 'rules', cases)).toContain('SUCCESS')
})

test('Prometheus takes every query of the dashboard', async () => {
  const { panels } = JSON.parse(await readFile(dashboard, 'utf8')) as {
    readonly panels: readonly { readonly targets: readonly { readonly expr: string }[] }[]
  }
  const queries = panels
    .flatMap(({ targets }) => targets)
    .map(({ expr }) => expr.replaceAll('$__rate_interval', '5m'))
  expect(queries.length).toBeGreaterThan(10)
  const records = queries.map((expr, index) => ({ record: `query_${index}`, expr }))
  const file = join(await makeFolder(), 'queries.yml')
  // JSON is YAML too.
  await writeFile(file, JSON.stringify({ groups: [{ name: 'dashboard', rules: records }] }))
  expect(await promtool('check', 'rules', file)).toContain(`${queries.length} rules found`)
})
