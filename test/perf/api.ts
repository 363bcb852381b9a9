import { parseArgs } from 'node:util'
import autocannon from 'autocannon'
import Koa from 'koa'
import { openPostgres } from '#market/adapters/postgres/database.ts'
import { usualRateLimits } from '#market/api/rate-limits.ts'
import { serveApp } from '#node/http-server.ts'
import { startIndexer } from '#node/indexer.ts'
import { networks } from '#node/networks.ts'
import { startEmbeddedPostgres } from '#node/postgres/embedded-postgres.ts'
import { cid } from '../support/builders.ts'
import { aDevchain } from '../support/devchain.ts'
import { makeFolder, searchPath, untroubled } from '../support/ffmpeg.ts'
import { silent } from '../support/peers.ts'
import { recordSection } from './record-section.ts'

/**
 * The read routes of an indexer with many jobs in its tables, beside a bare Koa route that answers with as many bytes. Prints requests a
 * second and the 99th percentile of each, and their ratio to the bare one. Server, database and client share the machine.
 *
 *   npm run bench:api -- [--jobs 1000000] [--seconds 10] [--record]
 */
const { values } = parseArgs({
  options: {
    jobs: { type: 'string', default: '1000000' },
    seconds: { type: 'string', default: '10' },
    record: { type: 'boolean', default: false },
  },
})

const plenty = { requests: 1_000_000_000, seconds: 60 }
const say = (text: string): void => void process.stdout.write(`${text}\n`)

async function main(): Promise<void> {
  await using stack = new AsyncDisposableStack()
  const postgres = stack.use(await startEmbeddedPostgres({ directory: await makeFolder() }))
  await fill(postgres.url, Number(values.jobs))
  const devchain = await aDevchain()
  stack.defer(() => devchain[Symbol.asyncDispose]())
  const indexer = stack.use(
    await startIndexer(
      {
        ...{ listen: networks.devchain.listen, announce: [], bootstrap: [] },
        ...{ network: networks.devchain, rpc: [devchain.url], data: await makeFolder() },
        ...{ host: '127.0.0.1', port: 0, domain: 'bench', origins: [], isProxied: false },
        dashboard: await makeFolder(),
        ...{ pollMs: 1_000, rebuild: false, denyList: null, alertUrl: null, version: '0.0.0' },
        rateLimits: { ...usualRateLimits, address: plenty, account: plenty },
        ffmpeg: { ffmpegPath: undefined, ffprobePath: undefined, searchPath },
      },
      {
        secrets: { databaseUrl: postgres.url, alertSecret: null, secretKeys: [] },
        logger: silent,
        signal: untroubled,
      },
    ),
  )
  const paths = [
    '/api/encoding/jobs?limit=20',
    '/api/encoding/jobs?limit=20&owner=owner-7',
    '/api/encoding/jobs?limit=20&phase=queued',
    '/api/encoding/encoders',
    '/api/encoding/network',
  ]
  const lines: string[] = []
  for (const path of paths) {
    const body = await (await fetch(`${indexer.url}${path}`)).text()
    const bare = await serveApp(bareApp(body), { host: '127.0.0.1', port: 0 })
    const own = await measure(`${indexer.url}${path}`)
    const reference = await measure(bare.url)
    await bare[Symbol.asyncDispose]()
    const ratio = own.requests.average / reference.requests.average
    if (own.non2xx > 0) throw new Error(`${path} was refused: ${body}`)
    const line = `${path}, ${body.length} bytes: ${describe(own)}; bare ${describe(reference)}; ${ratio.toFixed(3)} of its requests`
    say(line)
    lines.push(line)
  }
  await recordSection({
    ...{ name: 'api', title: 'API', lines },
    how: `${values.jobs} jobs in the tables, by \`npm run bench:api\`; server, database and client share the machine.`,
  })
}

function bareApp(body: string): Koa {
  const app = new Koa()
  app.use((context) => {
    context.type = 'json'
    context.body = body
  })
  return app
}

async function measure(url: string): Promise<autocannon.Result> {
  return await autocannon({ url, connections: 16, duration: Number(values.seconds) })
}

function describe({ requests, latency }: autocannon.Result): string {
  return `${requests.average.toFixed(0)} requests/s, p99 ${latency.p99} ms`
}

/** Jobs of a thousand owners over a year, most of them done. */
async function fill(url: string, count: number): Promise<void> {
  const opened = await openPostgres({ url, onIdleError: () => undefined })
  const client = await opened.pool.connect()
  await client.query('set statement_timeout = 0')
  await client.query(
    `insert into encoding_jobs
       (owner, permlink, input_cid, is_short, qualities, tiers, tier, turn, phase, output_cid, created_at, expires_at, finished_at)
     select 'owner-' || n % 1000, 'video-' || n, $2, false, '{720p,480p}', '{community}', 'community', n,
       case when n % 100 = 0 then 'queued' else 'completed' end, $2,
       now() - n * interval '30 seconds', now() + interval '1 day',
       case when n % 100 = 0 then null else now() end
     from generate_series(1, $1::int) n`,
    [count, cid('video')],
  )
  // As the server does by itself in time: what is known to be seen by all need not be looked up.
  await client.query('vacuum analyze')
  client.release()
  await opened[Symbol.asyncDispose]()
}

await main()
process.exit(0)
