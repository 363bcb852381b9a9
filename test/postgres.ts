import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { Client } from 'pg'
import { childEnvironment } from '#node/config.ts'

/**
 * `npm run test:postgres -- --url postgres://user:password@host/database`: everything that is kept in Postgres, on a server that is
 * running. The user has to be allowed to create databases; those that are made are dropped again.
 */
const { values } = parseArgs({ options: { url: { type: 'string' } } })
if (values.url === undefined)
  throw new Error(
    'name a server: npm run test:postgres -- --url postgres://user:password@host/database',
  )

const client = new Client({ connectionString: values.url })
await client.connect()
const { rows } = await client.query<{ readonly version: string }>('select version()')
await client.end()
process.stdout.write(`on ${rows[0]?.version}\n`)

const child = spawn('vitest', ['run', '--config', 'test/vitest.postgres.config.ts'], {
  ...{ stdio: 'inherit', shell: process.platform === 'win32' },
  env: childEnvironment({ TEST_DATABASE_URL: values.url }),
})
const [code] = await once(child, 'exit')
process.exitCode = code === 0 ? 0 : 1
